import { layerFiles, readLayers } from '../config/layers.ts';
import { gatherFacts } from '../facts/gather.ts';
import { listOf, settingsOf } from '../identity/resolve.ts';
import type { Looking } from '../identity/select-datasource.ts';
import { mergeLayers } from '../userdata/merge.ts';
import type { Invocation } from './command.ts';
import { machineOf, thisMachine } from './machine.ts';

/** What a command that looks for sources by itself is told, from the image's own configuration. */
export async function lookingOf(given: Invocation): Promise<Looking> {
  const host = machineOf(given);
  const facts = await gatherFacts(thisMachine(), host);
  const image = mergeLayers(await readLayers(await layerFiles(host), () => {}));
  return {
    host,
    facts,
    named: listOf(image, 'datasource_list'),
    settings: settingsOf(image),
    stage: 'network',
    deadline: host.now() + 20_000,
    note: () => {},
  };
}
