import { mapOf } from '../base/map-of.ts';
import { shownUrl } from '../base/shown-url.ts';
import { archive } from './archive.ts';
import { includeUrls } from './include.ts';
import { typeOf } from './part-types.ts';
import { isForUs, type Part, type Reading, yamlOf } from './reading.ts';
import { limits } from './schema/limits.ts';
import type { Script } from './schema/script.ts';
import type { Place } from './schema/source-node.ts';
import { colonSlip } from './yaml/yaml-messages.ts';

export type PartHandler = (part: Part, reading: Reading) => Promise<void> | void;

const placeOf = ({ origin }: Part, line = 1): Place => ({
  source: origin.source,
  line: origin.line + line - 1,
  column: 1,
});

async function config(part: Part, reading: Reading): Promise<void> {
  const written = await yamlOf(part, reading);
  if (!written || (written.is === 'scalar' && written.value === null)) return;
  if (written.is !== 'mapping') {
    const slip = written.is === 'scalar' ? colonSlip(written.raw) : undefined;
    const message = slip?.message ?? `expected settings such as "packages: [...]", got a ${written.is}`;
    return reading.findings.error('', written.place, message, slip?.hint);
  }
  const index = written.entries.get('launch-index')?.value;
  const isNumber = index?.is === 'scalar' && /^[-+]?\d+$/.test(index.raw.trim());
  if (index && !isNumber) {
    const message = 'expected a whole number; the part is taken by every instance';
    reading.findings.warning('launch-index', index.place, message);
  }
  if (isNumber && !isForUs(index.raw, reading)) return;
  const entries = new Map([...written.entries].filter(([key]) => key !== 'launch-index'));
  reading.configs.push({ config: { ...written, entries }, mergeType: part.mergeType });
}

const script =
  (when: Script['when']): PartHandler =>
  ({ text, name }, { scripts, taken }) => {
    const content = when === 'boothook' ? text.replace(/^\s*#cloud-boothook[^\n]*\n?/i, '').trimStart() : text;
    const fallback = `part-${String(taken.named).padStart(3, '0')}`;
    const clean = (name ?? '').replace(/[^\w.()%-]/g, '');
    scripts.push({
      // The name becomes a file name.
      name: /^\.{0,2}$/.test(clean) ? fallback : clean,
      content: content.replaceAll('\r\n', '\n'),
      when,
    });
  };

async function include(part: Part, reading: Reading): Promise<void> {
  const { findings, options, taken, told } = reading;
  for (const { url, line, once, refused } of includeUrls(part.text, part.type === 'text/x-include-once-url')) {
    const place = placeOf(part, line);
    if (refused) findings.error('', place, refused);
    else if (taken.includes++ >= limits.includes) {
      return findings.error('', place, `more than ${limits.includes} URLs to include`);
    } else if (!options.include)
      findings.warning('', place, `${shownUrl(url)} is not checked here`, undefined, 'not-checked');
    else {
      try {
        const bytes = await options.include(url, once);
        const shown = shownUrl(url);
        if (bytes.every(isBlank)) {
          findings.error('', place, `${shown} is empty`, 'include what has content, or leave the URL out');
          continue;
        }
        told.push(`included ${shown}`);
        await reading.readBytes(bytes, { source: shown, line: 1, depth: part.origin.depth + 1 }, reading);
      } catch (error) {
        findings.error(
          '',
          place,
          `${shownUrl(url)} could not be fetched: ${error instanceof Error ? error.message : error}`,
        );
      }
    }
  }
}

/** Whether a byte is ASCII white space. */
const isBlank = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

async function template(part: Part, reading: Reading): Promise<void> {
  const { findings, options, told } = reading;
  const body = part.text.replace(/^\s*##[^\n]*\n?/, '');
  const skipped = part.text.slice(0, part.text.length - body.length).split('\n').length - 1;
  // Imported only for a template.
  const { render } = await import('./jinja/render.ts');
  const { text, missing, error } = render(body, options.variables, skipped + 1);
  if (error) {
    const hint = 'nothing of this part is used; docs/user-data.md lists what templates may contain';
    return findings.error('', placeOf(part, error.line), `the template cannot be rendered: ${error.message}`, hint);
  }
  for (const { name, line } of missing)
    findings.warning('', placeOf(part, line), `there is no "${name}" here`, 'see "bootagent query"');
  told.push('template');
  const type = typeOf(text) ?? 'text/x-not-multipart';
  if (type === 'text/jinja2') return findings.error('', placeOf(part), 'a template holds a template');
  await reading.readPart(
    { ...part, type, text, origin: { ...part.origin, line: part.origin.line + skipped } },
    reading,
  );
}

const refused =
  (message: string, hint?: string): PartHandler =>
  (part, { findings }) =>
    findings.error('', placeOf(part), message, hint, 'unsupported');

/** The handler of each type of part. */
export const handlers = mapOf<PartHandler>({
  'text/cloud-config': config,
  'text/cloud-config-archive': archive,
  'text/cloud-config-jsonp': refused('a JSON patch is not supported', 'write its output to the configuration'),
  'text/part-handler': refused('a part handler is a Python program inside cloud-init, and is not run', 'use a script'),
  'text/jinja2': template,
  'text/x-include-url': include,
  'text/x-include-once-url': include,
  'text/cloud-boothook': script('boothook'),
  'text/x-shellscript': script('instance'),
  'text/x-shellscript-per-boot': script('boot'),
  'text/x-shellscript-per-instance': script('instance'),
  'text/x-shellscript-per-once': script('once'),
});

/** Types that only contain other parts. */
export const containers: ReadonlySet<string> = new Set([
  'text/cloud-config-archive',
  'text/jinja2',
  'text/x-include-url',
  'text/x-include-once-url',
]);
