import { readFileSync, writeFileSync } from 'node:fs';
import { describe } from '../../support/metadata/description.ts';
import { serveMetadata } from '../../support/metadata/server.ts';

/** A metadata service as a separate process, for the namespace of a machine; a file holds its settings. */
const [, , settings = '', requests = ''] = process.argv;
const { instance, dialects, faults = [] } = JSON.parse(readFileSync(settings, 'utf8'));
const service = await serveMetadata(describe(instance), { dialects, faults, host: '169.254.169.254', port: 80 });
console.log('serving');
process.on('SIGTERM', async () => {
  writeFileSync(requests, JSON.stringify(service.requests.map(({ method, path }) => `${method} ${path}`)));
  await service.close();
  process.exit(0);
});
