import { describe } from '../metadata/description.ts';
import type { Fault } from '../metadata/faults.ts';
import { serveMetadata } from '../metadata/server.ts';

/** The simulator as a process of its own: says "ready", then when, what and from which port each request comes. */
interface Given {
  readonly host: string;
  readonly port: number;
  readonly dialects: Parameters<typeof serveMetadata>[1]['dialects'];
  readonly faults?: readonly Fault[];
  readonly limit?: { readonly capacity: number; readonly queue: number };
}

// Only the tests here start it, with what they wrote themselves.
const given = JSON.parse(process.argv[2] ?? '{}') as Given;
await serveMetadata(describe(), {
  ...given,
  onRequest: ({ method, path, from }) => process.stdout.write(`${Date.now()} ${method} ${path} ${from}\n`),
});
process.stdout.write('ready\n');
