// systeminformation is imported by the one file that is used: its index loads all of it, 436 kB for four numbers.
declare module 'systeminformation/lib/memory.js' {
  import type { Systeminformation } from 'systeminformation';
  export function mem(): Promise<Systeminformation.MemData>;
}
