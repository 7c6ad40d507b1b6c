import { randomBytes } from 'node:crypto';
import { run } from '../../machine/support/scratch.ts';
import { type MetadataService, metadataService } from '../../machine/support/service.ts';

/** The environment of a machine: a network of its own, in which a metadata service may answer. */
export interface Cloud extends MetadataService, AsyncDisposable {
  readonly namespace: string;
}

export async function cloud(folder: string): Promise<Cloud> {
  const namespace = `ba-${randomBytes(3).toString('hex')}-cloud`;
  await run('ip', ['netns', 'add', namespace]);
  await run('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);
  await run('ip', ['-n', namespace, 'addr', 'add', '169.254.169.254/32', 'dev', 'lo']);
  const service = metadataService(namespace, folder);
  return {
    ...service,
    namespace,
    async [Symbol.asyncDispose]() {
      await service.silence();
      await run('ip', ['netns', 'del', namespace]);
    },
  };
}
