/** Returns "did you mean …" if one of the names is near enough, or is the only one that extends the word. */
export function suggestion(word: string, names: readonly string[]): string | undefined {
  const [begins, ends] = [
    names.filter((name) => name.startsWith(word)),
    names.filter((name) => name.endsWith(`_${word}`)),
  ];
  const longer = word.length < 3 ? [] : begins.length === 1 ? begins : [...begins, ...ends];
  const near = nearest(word, names) ?? (longer.length === 1 ? longer[0] : undefined);
  return near === undefined ? undefined : `did you mean "${near}"?`;
}

/** Returns the same; if no name is near, lists all of them, unless they are too many to read. */
export const amongThese = (word: string, names: readonly string[]): string | undefined =>
  suggestion(word, names) ?? (names.length > 12 ? undefined : `there are: ${names.join(', ')}`);

/** Returns the name with the smallest edit distance, if that is small enough for a typing mistake. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const most = Math.max(1, Math.min(2, Math.floor(word.length / 3)));
  let best: { name: string; distance: number } | undefined;
  for (const name of names) {
    const distance = editDistance(word.toLowerCase(), name.toLowerCase());
    if (distance <= most && (!best || distance < best.distance)) best = { name, distance };
  }
  return best?.name;
}

/** Returns the number of letters to insert, drop, change or swap with their neighbour to turn `a` into `b`. */
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
