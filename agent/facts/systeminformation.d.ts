// Only one file of systeminformation is imported: its index loads the whole package, 436 kB for four numbers.
declare module 'systeminformation/lib/memory.js' {
  import type { Systeminformation } from 'systeminformation';
  export function mem(): Promise<Systeminformation.MemData>;
}
