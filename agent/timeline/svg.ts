import { mapOf } from '../base/map-of.ts';
import { blame } from './blame.ts';
import { type Box, fontSize, kinds, type Label, pictureLayout, type Row, titleOf } from './layout.ts';
import { type BootTimeline, formatMs } from './model.ts';

/** The colours of the kinds on a light and on a dark background. */
const colours: { readonly [kind in (typeof kinds)[number]]: readonly [light: string, dark: string] } = {
  systemd: ['#8c959f', '#6e7681'],
  unit: ['#57606a', '#8b949e'],
  stage: ['#0969da', '#58a6ff'],
  identity: ['#1b7c83', '#39c5cf'],
  module: ['#54aeff', '#1f6feb'],
  command: ['#8250df', '#bc8cff'],
  packages: ['#bf3989', '#f778ba'],
  program: ['#d4a72c', '#d29922'],
  request: ['#2da44e', '#3fb950'],
  wait: ['#e16f24', '#f0883e'],
};

const sheet = (dark: 0 | 1, [background, text, dim, grid, failed]: readonly string[]): string =>
  [
    `.back{fill:${background}}text{fill:${text}}.dim{fill:${dim}}.grid{stroke:${grid}}.mark{stroke:${dim}}`,
    `.value{paint-order:stroke;stroke:${background};stroke-width:4px}.inside{fill:${dark ? '#0d1117' : '#ffffff'}}.failed{stroke:${failed};stroke-width:2}.bad{fill:${failed}}`,
    ...kinds.map((kind) => `.${kind}{fill:${colours[kind][dark]}}`),
  ].join('');

const style = [
  `text{font:${fontSize}px ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace}.title{font-weight:bold}`,
  '.mark{stroke-dasharray:4 3}',
  sheet(0, ['#ffffff', '#1f2328', '#59636e', '#d1d9e0', '#cf222e']),
  `@media (prefers-color-scheme:dark){${sheet(1, ['#0d1117', '#e6edf3', '#9198a1', '#30363d', '#ff7b72'])}}`,
].join('');

/** Returns the timeline of a boot as one SVG document that needs nothing else. */
export function svgOf(boot: BootTimeline): string {
  const layout = pictureLayout(boot);
  const { width, height, chart, rows, ticks, marks, legend, title, left } = layout;
  const bottom = chart.y + chart.height;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${n(height)}" width="${width}" height="${n(height)}" role="img" aria-labelledby="timeline-title timeline-text">`,
    `<title id="timeline-title">${escaped(titleOf(boot))}</title>`,
    `<desc id="timeline-text">${escaped(describe(boot))}</desc>`,
    `<style>${style}</style>`,
    `<rect class="back" width="${width}" height="${n(height)}"/>`,
    text(title, 'title'),
    ...legend.flatMap((each) => [
      rect({ x: each.x - 16, y: each.y + 4, width: 10, height: 10 }, each.kind),
      text(each),
    ]),
    ...ticks.flatMap((each) => [vertical(each.x, chart.y, bottom, 'grid'), text(each, 'dim')]),
    ...marks.flatMap((each) => [vertical(each.line, each.y + 4, bottom, 'mark'), text(each)]),
    ...rows.map(rowOf),
    ...(left ? [text(left, 'dim')] : []),
    '</svg>\n',
  ].join('\n');
}

function rowOf({ kind, failed, bar, name, value, inside, ms }: Row): string {
  // The background around a text covers the vertical lines behind it.
  const classes = inside ? 'inside' : failed ? 'value bad' : 'value dim';
  const hint = `<title>${escaped(`${kind} ${name.text}: ${formatMs(ms)}`)}</title>`;
  return `<g>${hint}${rect(bar, failed ? `${kind} failed` : kind)}${text(name)}${text(value, classes)}</g>`;
}

/** Returns the text for readers that do not see the picture. */
function describe(boot: BootTimeline): string {
  const { login, done } = boot;
  const ends = [
    ...(login === undefined ? [] : [`Login was possible ${formatMs(login)} after the start of the kernel.`]),
    ...(done === undefined ? [] : [`All was done after ${formatMs(done)}.`]),
  ];
  const top = blame(boot)
    .slice(0, 5)
    .map(({ kind, name, ms }) => `${kind} ${name} (${formatMs(ms)})`);
  return [...ends, ...(top.length > 0 ? [`The longest: ${top.join(', ')}.`] : [])].join(' ');
}

const rect = ({ x, y, width, height }: Box, kind: string): string =>
  `<rect class="${kind}" x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="1.5"/>`;

const vertical = (x: number, from: number, to: number, name: string): string =>
  `<line class="${name}" x1="${n(x)}" y1="${n(from)}" x2="${n(x)}" y2="${n(to)}"/>`;

/** The baseline of a line of text, from its upper edge. */
const baseline = 13;

const text = ({ x, y, text }: Label, name?: string): string =>
  `<text${name === undefined ? '' : ` class="${name}"`} x="${n(x)}" y="${n(y + baseline)}" xml:space="preserve">${escaped(text)}</text>`;

const n = (value: number): string => String(Math.round(value * 10) / 10);

const entities = mapOf({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' });

/** Returns a text for SVG and HTML. Names come from outside: characters that XML forbids, or that turn text around, are replaced. */
export const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/g, '?')
    .replace(/[&<>"']/g, (letter) => entities.get(letter) ?? '');
