/** What differs from one boot to the next, and what a golden text has in its place; applied in this order. */
const rules: readonly (readonly [RegExp, string])[] = [
  [/\r/g, ''],
  [/SHA256:[\w+/]{43}=?/g, 'SHA256:KEY'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME'],
  [/("(?:updated|since|ms|seconds|console_lines)": ?)[\d.]+/g, '$1"N"'],
  [/("(?:version|bootagent)": ?)"[^"]*"/g, '$1"VERSION"'],
  // A limit is a setting: it is the same in each boot.
  [/(?<!limit of )\b\d+(\.\d+)? (ms|s)\b/g, 'N $2'],
  [/\bprocess \d+/g, 'process N'],
];

/** Returns the text without times, durations, process ids, versions and fingerprints, so that two boots give the same text. */
export const withoutVariance = (text: string): string =>
  rules.reduce((rest, [pattern, placeholder]) => rest.replace(pattern, placeholder), text);
