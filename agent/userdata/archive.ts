import { typeOf } from './part-types.ts';
import { type Part, type Reading, yamlOf } from './reading.ts';
import type { SourceNode } from './schema/source-node.ts';

/** Reads a `#cloud-config-archive`: a list of parts, each with the fields that a MIME part has as headers. */
export async function archive(part: Part, reading: Reading): Promise<void> {
  const written = await yamlOf(part, reading);
  if (!written || (written.is === 'scalar' && written.value === null)) return;
  if (written.is !== 'list')
    return reading.findings.error('', written.place, `expected a list of parts, got a ${written.is}`);
  for (const item of written.items) {
    const inner = archived(item, part);
    if (inner) await reading.readPart(inner, reading);
    else reading.findings.error('', item.place, 'expected text, or a mapping with "content"');
  }
}

/** Matches text that begins with a key: it is cloud-config even without the "#cloud-config" line. */
const settings = /^(?:\s|#.*\n)*[\w"'-]+\s*:(?:\s|$)/;

function archived(item: SourceNode, part: Part): Part | undefined {
  const fields =
    item.is === 'mapping'
      ? new Map([...item.entries].map(([key, { value }]) => [key.toLowerCase(), value]))
      : undefined;
  const field = (name: string): string | undefined => {
    const value = fields?.get(name);
    return value?.is === 'scalar' ? value.raw : undefined;
  };
  const content = fields ? fields.get('content') : item;
  if (content?.is !== 'scalar') return undefined;
  const named = field('type');
  const type =
    named && named !== 'text/plain'
      ? named
      : (typeOf(content.raw) ?? (settings.test(content.raw) ? 'text/cloud-config' : 'text/x-not-multipart'));
  return {
    type,
    name: field('filename'),
    text: content.raw,
    // The text of a block scalar begins on the line below its indicator.
    origin: {
      source: part.origin.source,
      line: content.place.line + (content.quoted ? 1 : 0),
      depth: part.origin.depth + 1,
    },
    launchIndex: field('launch-index'),
    mergeType: field('merge-type') ?? field('x-merge-type') ?? field('merge_how') ?? field('merge_type'),
  };
}
