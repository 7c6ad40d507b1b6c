import { facts } from '../test/support/facts.ts';
import { bootagent, by, type Guest, patient } from './storm/guests.ts';
import { type Storm, storm } from './storm/storm.ts';

/**
 * A SIMULATION of ten thousand guests that start at once: `npm run bench:storm > bench/boot-storm.md`. bootagent's own code
 * decides when to send requests; network, service and time are simulated. The other policies are their published pauses,
 * applied to the same requests.
 */
const guests = Number(process.env.GUESTS ?? 10_000);
/** The shape of the service grows with the crowd, so that fewer guests give the same picture sooner. */
const capacity = guests / 20;
const service = { capacity, queue: Math.round(0.512 * capacity), roundTripMs: 500 / capacity };

const amazon = facts({ platform: { ...facts().platform, vendor: 'Amazon EC2' } });
const growing = (requests: number, first: number, most: number, attempts = Number.POSITIVE_INFINITY): Guest =>
  by(requests, (failures) => (failures >= attempts ? undefined : Math.min(most, first * 2 ** (failures - 1))));

/**
 * cloud-init's EC2 source: it waits for the first answer with pauses of 1 s, one more after every five, for 120 s of pauses; each
 * further request is tried six times, 1 s apart. It waits 50 s for the first answer and 5 s for each further one.
 */
const cloudInit = (requests: number): Guest =>
  by(
    requests,
    (failures, _, request) => {
      if (request > 0) return failures > 5 ? undefined : 1_000;
      const rounds = Math.floor((failures - 1) / 5);
      const waited = rounds * 5 + (5 * rounds * (rounds - 1)) / 2;
      return waited > 120 ? undefined : (rounds + 1) * 1_000;
    },
    (request) => (request === 0 ? 50_000 : 5_000),
  );

const policies = (requests: number): readonly (readonly [string, Guest])[] => [
  ['bootagent, its policy alone', patient(requests)],
  ...(requests === 7 ? ([['bootagent, EC2 source and both stages', bootagent(amazon)]] as const) : []),
  ['cloud-init: 1 s and more for 120 s, then 6 tries', cloudInit(requests)],
  ['scripts: 30 tries, 5 s apart', by(requests, (failures) => (failures >= 30 ? undefined : 5_000))],
  ['afterburn: 1 to 5 s, 10 tries', growing(requests, 1_000, 5_000, 10)],
  ['ignition: 0.2 to 5 s, for ever', growing(requests, 200, 5_000)],
];

process.stdout.write(`# Boot storm (simulated)

${guests} guests start within 10 s against a service that answers ${capacity} requests a second, lets ${service.queue} wait and turns
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
      const { lost, lastS, requests: made, peak } = await storm(guest, { guests, ...service, outageMs });
      const last = lost === guests ? '-' : `${lastS.toFixed(0)} s`;
      const cells = [name, lost, last, `${(made / least).toFixed(1)}x`, `${(peak / capacity).toFixed(1)}x`];
      process.stdout.write(`| ${cells.join(' | ')} |\n`);
    }
  }
}

/** What else may be wrong with the service, for seven requests each. */
const faults: readonly (readonly [string, Partial<Storm>])[] = [
  ['nothing', {}],
  ['answers take 3 s', { slowMs: 3_000 }],
  ['one of 20 answers is lost', { loseOneOf: 20 }],
  ['a rejection costs half an answer', { rejectionCost: 0.5 }],
  ['all start within 1 s, after an outage', { windowMs: 1_000 }],
];
const requests = 7;
process.stdout.write(`
## A service with faults

${requests} requests each is the least. At best all are done at ${(guests * requests) / capacity} s.

| fault | policy | requests per guest | lost guests | last done |
|---|---|---|---|---|
`);
for (const [fault, shape] of faults) {
  for (const [name, guest] of policies(requests).slice(1)) {
    const { lost, lastS, requests: made } = await storm(guest, { guests, ...service, ...shape });
    const cells = [fault, name, (made / guests).toFixed(1), lost, lost === guests ? '-' : `${lastS.toFixed(0)} s`];
    process.stdout.write(`| ${cells.join(' | ')} |\n`);
  }
}
