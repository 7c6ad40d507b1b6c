import { layerFiles, readLayers } from '../config/layers.ts';
import { gatherFacts } from '../facts/gather.ts';
import { thisMachine } from '../host/linux.ts';
import { datasourceNames, datasourceSettings } from '../identity/image-datasources.ts';
import type { SelectContext } from '../identity/select-datasource.ts';
import { mergeLayers } from '../userdata/merge.ts';
import type { Invocation } from './command.ts';
import { machineOf } from './machine.ts';

/** Returns the context in which a command detects datasources, with the image's own configuration. */
export async function detectContextOf(given: Invocation): Promise<SelectContext> {
  const host = machineOf(given);
  const facts = await gatherFacts(thisMachine(), host);
  const image = mergeLayers(await readLayers(await layerFiles(host), () => {}));
  return {
    host,
    facts,
    named: datasourceNames(image),
    settings: datasourceSettings(image),
    stage: 'network',
    deadline: host.now() + 20_000,
    note: () => {},
  };
}
