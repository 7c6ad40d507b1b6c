import { describe } from '../metadata/description.ts';
import type { Fault } from '../metadata/faults.ts';
import { serveMetadata } from '../metadata/server.ts';

/** The simulator as a separate process: prints "ready", then the time, method, path and client port of each request. */
interface Given {
  readonly host: string;
  readonly port: number;
  readonly dialects: Parameters<typeof serveMetadata>[1]['dialects'];
  readonly faults?: readonly Fault[];
  readonly limit?: { readonly capacity: number; readonly queue: number };
}

// Only tests start it, with arguments they wrote themselves.
const given = JSON.parse(process.argv[2] ?? '{}') as Given;
await serveMetadata(describe(), {
  ...given,
  onRequest: ({ method, path, from }) => process.stdout.write(`${Date.now()} ${method} ${path} ${from}\n`),
});
process.stdout.write('ready\n');
