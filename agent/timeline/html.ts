import { mapOf } from '../base/map-of.ts';
import { blame } from './blame.ts';
import { titleOf } from './layout.ts';
import { type BootTimeline, formatMs, shownKind } from './model.ts';
import { escaped, svgOf } from './svg.ts';

const style = `
:root{color-scheme:light dark}
body{margin:0 auto;max-width:1320px;padding:16px;font:15px/1.5 system-ui,sans-serif;background:#fff;color:#1f2328}
h1{font-size:20px}h2{font-size:17px}
figure{margin:0;overflow-x:auto}
table{border-collapse:collapse;font:12px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}
caption{text-align:left;padding:4px 0;color:#59636e}
th,td{text-align:left;vertical-align:top;padding:2px 16px 2px 0;border-bottom:1px solid #d1d9e0;white-space:nowrap}
.time{text-align:right}.text{white-space:normal;overflow-wrap:anywhere}
@media (prefers-color-scheme:dark){body{background:#0d1117;color:#e6edf3}caption{color:#9198a1}th,td{border-color:#30363d}}
`;

/** Returns the timeline of a boot as one HTML page that needs nothing else: the picture, and the same as tables. */
export function htmlOf(boot: BootTimeline): string {
  const title = escaped(titleOf(boot));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<h1>What this boot spent its time on</h1>
<figure>
${svgOf(boot)}</figure>
<h2>What took time</h2>
${table(
  'Longest first; the attempts of a request count together.',
  ['Took', 'Kind', 'Name', 'Module', 'Count', 'Result'],
  blame(boot).map(({ ms, kind, name, module = '', count, results }) => [
    formatMs(ms),
    kind,
    name,
    module,
    String(count),
    results.join('; '),
  ]),
)}
<h2>All in order</h2>
${table(
  'Times are since the start of the kernel.',
  ['Began', 'Took', 'Kind', 'Name', 'Stage', 'Result'],
  boot.spans.map((span) => [
    formatMs(span.at),
    formatMs(span.ms),
    shownKind(span),
    span.name,
    span.stage ?? '',
    span.result ?? '',
  ]),
)}
</body>
</html>
`;
}

const classOf = mapOf({ Took: 'time', Began: 'time', Count: 'time', Name: 'text', Result: 'text' });

function table(caption: string, heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const cell = (tag: 'td' | 'th scope="col"', text: string, column: number): string => {
    const named = classOf.get(heads[column] ?? '');
    return `<${tag}${named === undefined ? '' : ` class="${named}"`}>${escaped(text)}</${tag.slice(0, 2)}>`;
  };
  const row = (tag: 'td' | 'th scope="col"', cells: readonly string[]): string =>
    `<tr>${cells.map((text, column) => cell(tag, text, column)).join('')}</tr>`;
  return [
    `<table><caption>${escaped(caption)}</caption>`,
    `<thead>${row('th scope="col"', heads)}</thead>`,
    `<tbody>${rows.map((cells) => row('td', cells)).join('\n')}</tbody></table>`,
  ].join('\n');
}
