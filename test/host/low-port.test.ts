import assert from 'node:assert/strict';
import { describe as suite, test } from 'node:test';
import { failure } from '../../agent/base/http-error.ts';
import { makeHttp } from '../../agent/host/http.ts';
import { fromLowPort } from '../../agent/host/low-port.ts';
import { unable } from '../support/able.ts';
import { describe } from '../support/metadata/description.ts';
import { serveMetadata } from '../support/metadata/server.ts';

/** Connects once; `fails` returns the error of a port. Returns the ports in order, and how it ended. */
function connected(fails: (port: number, index: number) => Error | undefined) {
  const ports: number[] = [];
  let ended: Error | 'connected' | undefined;
  const connector = fromLowPort<undefined, 'connected'>((port) => (_options, callback) => {
    const error = fails(port, ports.push(port) - 1);
    if (error) callback(error, null);
    else callback(null, 'connected');
  });
  connector(undefined, (error, socket) => {
    ended = error ?? socket;
  });
  return { ports, ended, again: () => connector(undefined, () => {}) };
}

suite('fromLowPort', () => {
  test('uses another port below 1024 for each connection', () => {
    const { ports, ended, again } = connected(() => undefined);
    for (let count = 0; count < 500; count++) again();
    assert.equal(ended, 'connected');
    assert.ok(
      ports.every((port) => port >= 600 && port < 1_024),
      String(ports),
    );
    assert.equal(new Set(ports).size, 424);
  });

  test('skips ports that are in use, and gives up after twenty', () => {
    assert.equal(connected((_port, index) => (index < 19 ? failure('EADDRINUSE') : undefined)).ended, 'connected');
    const { ports, ended } = connected(() => failure('EADDRINUSE'));
    assert.ok(ended instanceof Error);
    assert.equal(ports.length, 20);
  });

  test('passes on any other error at once', () => {
    const { ports, ended } = connected(() => failure('ECONNREFUSED'));
    assert.ok(ended instanceof Error);
    assert.equal(ports.length, 1);
  });

  test('a request arrives from a port below 1024, also on the second connection', { skip: unable() }, async () => {
    const service = await serveMetadata(describe(), {
      dialects: ['imdsv1'],
      faults: [{ does: 'reset', times: 1, after: 1 }],
    });
    try {
      const http = makeHttp();
      const url = `${service.url}/latest/meta-data/instance-id`;
      await http({ url, lowPort: true });
      await assert.rejects(http({ url, lowPort: true }));
      assert.equal((await http({ url, lowPort: true })).status, 200);
      await http({ url });
      assert.deepEqual(
        service.requests.map(({ from }) => from < 1_024),
        [true, true, true, false],
      );
    } finally {
      await service.close();
    }
  });
});
