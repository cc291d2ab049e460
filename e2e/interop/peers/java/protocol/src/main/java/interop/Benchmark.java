// SPDX-License-Identifier: Apache-2.0
package interop;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Many objects, as many at a time as the request says. */
public final class Benchmark {
  private Benchmark() {}

  /** Puts or gets one object. */
  public interface Once {
    void run(String key) throws Exception;
  }

  /** Seconds that it takes to call one of the two with each key. */
  public static double seconds(Request request, Once put, Once get) throws Exception {
    var bench = request.bench();
    var once = bench.of().equals("put") ? put : get;
    var pool = Executors.newFixedThreadPool(bench.concurrency());
    try {
      var start = System.nanoTime();
      var results = new ArrayList<Future<?>>();
      for (int i = 0; i < bench.count(); i++) {
        var key = request.key() + "-" + i;
        results.add(
            pool.submit(
                () -> {
                  once.run(key);
                  return null;
                }));
      }
      for (var result : results) result.get();
      return (System.nanoTime() - start) / 1e9;
    } finally {
      pool.shutdownNow();
    }
  }

  /** Reads everything. An object that was not read must not count as a fast one. */
  public static void drain(Request request, InputStream plaintext) throws IOException {
    var buffer = new byte[1 << 16];
    long length = 0;
    for (int read; (read = plaintext.read(buffer)) >= 0; ) length += read;
    if (length != request.bench().size()) throw new IOException("read " + length + " bytes");
  }
}
