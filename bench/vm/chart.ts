/** One bar: the time at which sshd is ready, in seconds since the kernel started. */
interface Bar {
  readonly label: string;
  readonly seconds: number;
  /** The share of it that the agent adds. */
  readonly added: number;
}

const heads = { setup: 0, case: 1, boot: 2, ssh: 4 } as const;
const titles: Readonly<Record<string, string>> = {
  'no-agent': 'no agent',
  bootagent: 'bootagent',
  'cloud-init': 'cloud-init',
};

/**
 * Returns an SVG chart of the table in docs/boot-cost.md: when sshd is ready in a worker's first boot. The bare system has no
 * cases, so its row is the same for each.
 */
export function chartOf(markdown: string): string {
  const rows = markdown
    .split('\n')
    .filter((line) => /^\| \S+\/\S+ \|/.test(line))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, -1),
    );
  const releases = [...new Set(rows.map((row) => (row[heads.setup] ?? '').split('/')[1] ?? ''))];
  const groups = releases.map((release) => ({ release, bars: barsOf(rows, release) }));
  return svgOf(groups);
}

function barsOf(rows: readonly (readonly string[])[], release: string): readonly Bar[] {
  const first = (kind: string, what: string) =>
    rows.find(
      (row) => row[heads.setup] === `${kind}/${release}` && row[heads.case] === what && row[heads.boot] === 'first',
    )?.[heads.ssh] ?? '';
  const bare = Number(/^at ([\d.]+) s$/.exec(first('no-agent', 'minimal'))?.[1]);
  const others = ['bootagent', 'cloud-init'].map((kind) => {
    const added = Number(/^([+-][\d.]+) s$/.exec(first(kind, 'worker'))?.[1]);
    return { label: titles[kind] ?? kind, seconds: bare + added, added };
  });
  const bars = [{ label: titles['no-agent'] ?? '', seconds: bare, added: 0 }, ...others];
  const missing = bars.find(({ seconds }) => Number.isNaN(seconds));
  if (missing) throw new Error(`docs/boot-cost.md has no first boot of ${missing.label} on ${release}`);
  return bars;
}

const width = 720;
const left = 110;
const step = 26;

/** Neutral grey text and lines are legible on white and on black; the colours have a contrast of 3:1 on both. */
const style =
  'text{font:13px sans-serif;fill:#6e7781}.title{font-weight:bold}.bare{fill:#768390}.bootagent{fill:#1a7f37}.cloud-init{fill:#bc6c25}';

function svgOf(groups: readonly { readonly release: string; readonly bars: readonly Bar[] }[]): string {
  const most = Math.max(...groups.flatMap(({ bars }) => bars.map(({ seconds }) => seconds)));
  const scale = (width - left - 140) / most;
  const parts: string[] = [];
  let y = 20;
  for (const { release, bars } of groups) {
    const name = release.replace(/^debian-/, 'Debian ');
    parts.push(`<text class="title" x="0" y="${y}">${name}: sshd ready in a worker's first boot</text>`);
    y += 10;
    for (const { label, seconds, added } of bars) {
      const [bare, whole] = [(seconds - Math.max(added, 0)) * scale, seconds * scale];
      const middle = y + 15;
      parts.push(
        `<text x="${left - 8}" y="${middle}" text-anchor="end">${label}</text>`,
        `<rect class="bare" x="${left}" y="${y}" width="${bare.toFixed(1)}" height="20"/>`,
        ...(added > 0
          ? [
              `<rect class="${label}" x="${(left + bare).toFixed(1)}" y="${y}" width="${(whole - bare).toFixed(1)}" height="20"/>`,
            ]
          : []),
        `<text x="${(left + whole + 8).toFixed(1)}" y="${middle}">${seconds.toFixed(2)} s${added === 0 ? '' : ` (${added > 0 ? '+' : ''}${added.toFixed(2)})`}</text>`,
      );
      y += step;
    }
    y += 24;
  }
  const size = `width="${width}" height="${y - 20}" viewBox="0 0 ${width} ${y - 20}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img" aria-label="When sshd is ready">\n<style>${style}</style>\n${parts.join('\n')}\n</svg>\n`;
}
