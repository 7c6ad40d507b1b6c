/** A public key of Ed25519 in ASCII armor, made for the tests, and its fingerprint. */
export const armoredKey = `-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawzMdhYJKwYBBAHaRw8BAQdAOBSTg9+mB9T6gHIiEqhgEu+5MXNRxUmXvly6
RtLxLiq0DWFAZXhhbXBsZS5vcmeIkAQTFggAOBYhBB91Jaw2kszope5kaiQz8bJB
AucHBQJrDMx2AhsDBQsJCAcCBhUKCQgLAgQWAgMBAh4BAheAAAoJECQz8bJBAucH
mOgBAJsFx5hBJ5PsADhIpBtsIh0mE7Zqt2yeXe1zcupBjAOjAQDmu3vadRruaP1A
RNjo5C0UGw3UMQLzhqHCt9EFF6MbAA==
=tzpa
-----END PGP PUBLIC KEY BLOCK-----
`;

export const fingerprint = '1F7525AC3692CCE8A5EE646A2433F1B24102E707';
