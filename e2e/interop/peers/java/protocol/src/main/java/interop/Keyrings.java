// SPDX-License-Identifier: Apache-2.0
package interop;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** Keys of a request as Java knows them. */
public final class Keyrings {
  private Keyrings() {}

  public static SecretKey aesKey(Request.Keys keys) {
    return new SecretKeySpec(keys.aesKey(), "AES");
  }

  public static KeyPair rsaKeyPair(Request.Keys keys) throws GeneralSecurityException {
    var factory = KeyFactory.getInstance("RSA");
    return new KeyPair(
        factory.generatePublic(new X509EncodedKeySpec(keys.rsaPublicKey())),
        factory.generatePrivate(new PKCS8EncodedKeySpec(keys.rsaPrivateKey())));
  }
}
