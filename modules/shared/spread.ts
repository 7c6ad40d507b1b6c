import type { Change } from '../../agent/engine/change.ts';
import type { Instance } from '../../agent/metadata/datasource.ts';
import { type Decode, decoder, duration, INVALID, withDefault } from '../../agent/userdata/schema/decode.ts';

const time = withDefault(0, duration);

/** The time over which a fleet spreads requests to the same server. An invalid value is reported and counts as 0. */
export const spread: Decode<number> = decoder(time.shape, (written, at, findings) => {
  const ms = time(written, at, findings);
  return ms === INVALID ? 0 : ms;
});

/** Returns this instance's delay within that time, constant for an instance; no change if there is no delay. */
export function shareOf({ id }: Instance, spreadMs: number): readonly Change[] {
  const ms = Math.floor((spreadMs * hash(id)) / 2 ** 32);
  return ms > 0 ? [{ kind: 'wait', ms }] : [];
}

/** FNV-1a with a final mix, since the instance-ids of one cloud differ in few characters. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const letter of text) value = Math.imul(value ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x45d9f3b);
  return (value ^ (value >>> 16)) >>> 0;
}
