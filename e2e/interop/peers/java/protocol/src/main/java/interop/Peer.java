// SPDX-License-Identifier: Apache-2.0
package interop;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads requests from standard input, one a line, until it ends. */
public interface Peer {
  void put(Request request) throws Exception;

  void get(Request request) throws Exception;

  void getRange(Request request) throws Exception;

  void reencrypt(Request request) throws Exception;

  void delete(Request request) throws Exception;

  /** Puts or gets many objects by one client, and returns the seconds that it took. */
  double bench(Request request) throws Exception;

  static void serve(String name, String version, Peer peer) throws IOException {
    var answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    System.setOut(System.err); // whatever a library prints is no answer
    var json = new ObjectMapper();
    answers.println(
        json.writeValueAsString(Map.of("ready", true, "peer", name, "version", version)));
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line; (line = lines.readLine()) != null; ) {
      var request = json.readValue(line, Request.class);
      answers.println(json.writeValueAsString(answer(peer, request)));
    }
    System.exit(0); // threads of the SDK may linger
  }

  private static Map<String, Object> answer(Peer peer, Request request) {
    var answer = new LinkedHashMap<String, Object>();
    answer.put("id", request.id());
    try {
      switch (request.op()) {
        case "put" -> peer.put(request);
        case "get" -> peer.get(request);
        case "get-range" -> peer.getRange(request);
        case "reencrypt" -> peer.reencrypt(request);
        case "delete" -> peer.delete(request);
        case "bench" -> answer.put("seconds", peer.bench(request));
        default -> throw new Unsupported("op " + request.op());
      }
      answer.put("ok", true);
    } catch (Throwable error) {
      answer.put("ok", false);
      answer.put("kind", error instanceof Unsupported ? "unsupported" : "error");
      answer.put("error", error.getClass().getSimpleName());
      answer.put("message", messages(error));
    }
    return answer;
  }

  /** Clients of AWS tend to say what is wrong in the cause only. */
  private static String messages(Throwable error) {
    var text = new StringBuilder(String.valueOf(error.getMessage()));
    for (var cause = error.getCause(); cause != null; cause = cause.getCause()) {
      var message = cause.getClass().getSimpleName() + ": " + cause.getMessage();
      if (text.indexOf(String.valueOf(cause.getMessage())) < 0) text.append(" < ").append(message);
    }
    return text.toString();
  }
}
