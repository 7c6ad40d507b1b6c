const units = ['KiB', 'MiB', 'GiB', 'TiB'] as const;

/** Returns a number of bytes in a readable unit: "2.0 GiB". */
export function formatBytes(bytes: number): string {
  if (bytes < 2 ** 10) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length);
  return `${(bytes / 2 ** (10 * power)).toFixed(1)} ${units[power - 1]}`;
}
