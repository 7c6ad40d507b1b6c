import { facts } from '../test/support/facts.ts';
import { bootagent, by, type Guest, patient } from './storm/guests.ts';
import { storm } from './storm/storm.ts';

/**
 * A SIMULATION of ten thousand guests that start at once: `npm run bench:storm > bench/boot-storm.md`. bootagent's own code
 * decides when to send requests; network, service and time are simulated. The other policies are their published pauses,
 * applied to the same requests.
 */
const guests = Number(process.env.GUESTS ?? 10_000);
const capacity = 500;

const amazon = facts({ platform: { ...facts().platform, vendor: 'Amazon EC2' } });
const growing = (requests: number, first: number, most: number, attempts = Number.POSITIVE_INFINITY): Guest =>
  by(requests, (failures) => (failures >= attempts ? undefined : Math.min(most, first * 2 ** (failures - 1))));

const policies = (requests: number): readonly (readonly [string, Guest])[] => [
  ['bootagent, its policy alone', patient(requests)],
  ...(requests === 7 ? ([['bootagent, EC2 source and both stages', bootagent(amazon)]] as const) : []),
  ['scripts: 30 tries, 5 s apart', by(requests, (failures) => (failures >= 30 ? undefined : 5_000))],
  ['afterburn: 1 to 5 s, 10 tries', growing(requests, 1_000, 5_000, 10)],
  ['ignition: 0.2 to 5 s, for ever', growing(requests, 200, 5_000)],
];

process.stdout.write(`# Boot storm (simulated)

${guests} guests start within 10 s against a service that answers ${capacity} requests a second, lets 256 wait and turns
the rest away with 503. Everything here is simulated but bootagent's own code. Made by \`npm run bench:storm\`.
`);
for (const requests of [3, 7]) {
  for (const outageMs of [0, 60_000]) {
    const least = guests * requests;
    const outage = outageMs === 0 ? 'no outage' : `out for the first ${outageMs / 1_000} s`;
    process.stdout.write(`
## ${requests} requests each, ${outage}

At best all are done at ${(outageMs + (least / capacity) * 1_000) / 1_000} s.

| policy | lost | last done | requests / least | peak / capacity |
|---|---|---|---|---|
`);
    for (const [name, guest] of policies(requests)) {
      const { lost, lastS, requests: made, peak } = await storm(guest, { guests, capacity, outageMs });
      const last = lost === guests ? '-' : `${lastS.toFixed(0)} s`;
      const cells = [name, lost, last, `${(made / least).toFixed(1)}x`, `${(peak / capacity).toFixed(1)}x`];
      process.stdout.write(`| ${cells.join(' | ')} |\n`);
    }
  }
}
