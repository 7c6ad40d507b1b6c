import { mapOf } from '../../base/map-of.ts';
import { asBigInt } from './blob.ts';

interface Curve {
  readonly p: bigint;
  readonly b: bigint;
  readonly order: bigint;
  readonly bytes: number;
  /** The name in JSON Web Keys and node:crypto. */
  readonly jwk: string;
  readonly openssl: string;
}

/** The three ECDSA curves of SSH: y² = x³ - 3x + b modulo p. */
export const curves = mapOf<Curve>({
  nistp256: {
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    order: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    bytes: 32,
    jwk: 'P-256',
    openssl: 'prime256v1',
  },
  nistp384: {
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    order: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    bytes: 48,
    jwk: 'P-384',
    openssl: 'secp384r1',
  },
  nistp521: {
    p: (1n << 521n) - 1n,
    b: 0x0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    order:
      0x01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    bytes: 66,
    jwk: 'P-521',
    openssl: 'secp521r1',
  },
});

/** Whether these bytes are an uncompressed point of the curve that OpenSSH accepts as a public key. */
export function isPoint(curve: Curve, point: Uint8Array): boolean {
  if (point.length !== 1 + 2 * curve.bytes || point[0] !== 4) return false;
  const x = asBigInt(point.subarray(1, 1 + curve.bytes));
  const y = asBigInt(point.subarray(1 + curve.bytes));
  const half = 1n << BigInt(Math.floor(curve.order.toString(2).length / 2));
  const inRange = [x, y].every((each) => each < curve.p && each < curve.order - 1n && each >= half);
  return inRange && (y * y - (x * x * x - 3n * x + curve.b)) % curve.p === 0n;
}
