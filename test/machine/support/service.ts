import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Description } from '../../support/metadata/description.ts';
import type { dialects } from '../../support/metadata/dialects.ts';

/** A metadata service at its real address, in a network that a machine can reach. */
export interface MetadataService {
  /** Starts the service; a running one is ended first. */
  serve(instance: Partial<Description>, ...speaking: readonly (keyof typeof dialects)[]): Promise<void>;
  /** Ends the service, so that requests get no answer, and returns the requests so far. */
  silence(): Promise<readonly string[]>;
}

/** Returns the metadata service of a network namespace; `folder` holds its settings and its requests. */
export function metadataService(namespace: string, folder: string): MetadataService {
  const [settings, requests] = [join(folder, 'service.json'), join(folder, 'requests.json')];
  let service: ChildProcess | undefined;

  const silence = async () => {
    if (!service) return [];
    const ended = once(service, 'exit');
    service.kill('SIGTERM');
    await ended;
    service = undefined;
    return existsSync(requests) ? JSON.parse(readFileSync(requests, 'utf8')) : [];
  };
  return {
    silence,
    async serve(instance, ...speaking) {
      await silence();
      writeFileSync(settings, JSON.stringify({ instance, dialects: speaking }));
      const script = join(import.meta.dirname, 'serve.ts');
      service = spawn('ip', ['netns', 'exec', namespace, process.execPath, script, settings, requests], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(service.stdout ?? service, 'data');
    },
  };
}
