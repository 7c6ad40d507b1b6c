/** Returns the current memory usage in bytes, for `bootagent facts`; no plan depends on it. It starts no process. */
export async function memory(): Promise<Readonly<Record<string, number>>> {
  const { mem } = await import('systeminformation/lib/memory.js');
  const { total, available, swaptotal, swapused } = await mem();
  return { total, available, swaptotal, swapused };
}
