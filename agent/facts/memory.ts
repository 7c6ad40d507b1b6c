/** How the memory is used just now, for people: no plan depends on it. The one use of systeminformation; it starts no process. */
export async function memory(): Promise<Readonly<Record<string, number>>> {
  const { mem } = await import('systeminformation');
  const { total, available, swaptotal, swapused } = await mem();
  return { total, available, swaptotal, swapused };
}
