import { hashOf } from '../engine/hash.ts';
import type { Store } from '../state/store.ts';
import type { Script } from '../userdata/schema/script.ts';
import type { Finding } from '../userdata/schema/shape.ts';
import type { Place, SourceNode } from '../userdata/schema/source-node.ts';
import type { Settings } from './settings.ts';

const file = 'settings.json';

/**
 * Returns the settings of the last read if their sources are unchanged: reading YAML takes as long as starting the agent.
 * Settings with errors are not cached, as an #include may succeed next time.
 */
export async function cached(
  sources: readonly unknown[],
  store: Store,
  read: () => Promise<Settings>,
): Promise<Settings> {
  const key = hashOf(sources);
  const kept = keptUnder(key, store.read(file));
  if (kept) return kept;
  const settings = await read();
  if (settings.findings.every(({ level }) => level !== 'error')) {
    try {
      store.replace(file, JSON.stringify({ key, ...settings, config: packed(settings.config) }), 'later');
    } catch {
      // The settings are read again next time; module runs that cannot be recorded either report the reason.
    }
  }
  return settings;
}

function keptUnder(key: string, text: string | undefined): Settings | undefined {
  // Compares the key before it parses the whole text.
  if (text === undefined || !text.startsWith(`{"key":"${key}"`)) return undefined;
  try {
    const { config, scripts, findings, told } = JSON.parse(text);
    const whole = unpacked(config);
    const isWhole =
      whole.is === 'mapping' && isListOf(scripts, isScript) && isListOf(findings, isFinding) && isListOf(told, isText);
    return isWhole ? { config: whole, scripts, findings, told } : undefined;
  } catch {
    return undefined; // truncated or damaged: the settings are read again
  }
}

type Packed = readonly unknown[];

/** Returns a value as compact JSON: [kind, place, …]. */
function packed(written: SourceNode): Packed {
  const { source, line, column } = written.place;
  const place = [source, line, column];
  if (written.is === 'list') return ['l', place, written.items.map(packed)];
  if (written.is === 'mapping') {
    return [
      'm',
      place,
      [...written.entries].map(([key, { key: at, value }]) => [key, [at.source, at.line, at.column], packed(value)]),
    ];
  }
  const { value, raw: words, quoted } = written;
  const typed =
    typeof value === 'bigint'
      ? ['n', String(value)]
      : value instanceof Uint8Array
        ? ['b', Buffer.from(value).toString('base64')]
        : ['v', value];
  return ['s', place, typed, words, ...(quoted ? [1] : [])];
}

/** The inverse of `packed`; throws on anything that `packed` does not produce. */
function unpacked([kind, place, ...rest]: Packed): SourceNode {
  const at = placeOf(place);
  if (kind === 'l') return { is: 'list', place: at, items: (rest[0] as Packed[]).map(unpacked) };
  if (kind === 'm') {
    const entries = (rest[0] as [unknown, unknown, Packed][]).map(
      ([key, where, value]) => [textOf(key), { key: placeOf(where), value: unpacked(value) }] as const,
    );
    return { is: 'mapping', place: at, entries: new Map(entries) };
  }
  const [[type, value], words, quoted] = rest as [[unknown, unknown], unknown, unknown];
  if (kind !== 's' || !isPlain(value)) throw new TypeError('no scalar');
  const meant =
    type === 'n' ? BigInt(textOf(value)) : type === 'b' ? new Uint8Array(Buffer.from(textOf(value), 'base64')) : value;
  return { is: 'scalar', place: at, value: meant, raw: textOf(words), ...(quoted === 1 && { quoted: true }) };
}

function placeOf(place: unknown): Place {
  const [source, line, column] = place as [unknown, unknown, unknown];
  if (typeof line !== 'number' || typeof column !== 'number') throw new TypeError('no place');
  return { source: textOf(source), line, column };
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('no text');
  return value;
}

const isText = (value: unknown): value is string => typeof value === 'string';
const isPlain = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);
const isListOf = <T>(value: unknown, is: (each: unknown) => each is T): value is T[] =>
  Array.isArray(value) && value.every(is);

const isScript = (value: unknown): value is Script => {
  const { name, content, when } = (value ?? {}) as Partial<Script>;
  return isText(name) && isText(content) && isText(when);
};

const isFinding = (value: unknown): value is Finding => {
  const { level, code, at, message, place } = (value ?? {}) as Partial<Finding>;
  return [level, code, at, message, place?.source].every(isText) && Number.isFinite(place?.line);
};
