// SPDX-License-Identifier: Apache-2.0
package interop;

/** The client of this peer has no interface for what was asked. */
public final class Unsupported extends RuntimeException {
  public Unsupported(String what) {
    super(what);
  }
}
