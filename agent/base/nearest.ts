/** "did you mean …", when one of the names is near enough, or only longer. */
export function suggestion(word: string, names: readonly string[]): string | undefined {
  const [begins, ends] = [
    names.filter((name) => name.startsWith(word)),
    names.filter((name) => name.endsWith(`_${word}`)),
  ];
  const longer = word.length < 3 ? [] : begins.length === 1 ? begins : [...begins, ...ends];
  const near = nearest(word, names) ?? (longer.length === 1 ? longer[0] : undefined);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

/** The same; where none is near all are told, unless they are too many to be read. */
export const amongThese = (word: string, names: readonly string[]): string | undefined =>
  suggestion(word, names) ?? (names.length > 12 ? undefined : `there are: ${names.join(', ')}`);

/** The name that differs in the fewest letters, if it is few enough to be a slip of the hand. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const most = Math.max(1, Math.min(2, Math.floor(word.length / 3)));
  let best: { name: string; distance: number } | undefined;
  for (const name of names) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance <= most && (!best || distance < best.distance)) best = { name, distance };
  }
  return best?.name;
}

/** Letters to insert, drop, change or swap with their neighbour, to make `b` of `a`. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (above[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : change;
      row.push(Math.min(change, swap, (above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = above;
    above = row;
  }
  return above[b.length] ?? 0;
}
