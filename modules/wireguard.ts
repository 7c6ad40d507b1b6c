import type { Change, PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import { items, matching, object, optional, secret } from '../agent/userdata/schema/decode.ts';
import { outputField, outputOf } from './commands/output.ts';
import { commandList, scriptItem } from './commands/plan-commands.ts';
import { packageManagerOf } from './shared/package-manager.ts';

const reads = {
  ...outputField,
  wireguard: optional(
    object({
      interfaces: items(
        object({
          name: matching(/^[A-Za-z0-9_=+.-]{1,15}$/, 'the name of an interface such as wg0'),
          config_path: optional(
            matching(/^\/etc\/wireguard\/[A-Za-z0-9_=+.-]{1,15}\.conf$/, 'a file such as /etc/wireguard/wg0.conf'),
          ),
          // The text of wg-quick(8), with a private key.
          content: secret,
        }),
      ),
      readinessprobe: optional(commandList),
    }),
  ),
};

/** WireGuard interfaces, brought up by wg-quick at each boot. */
export const wireguard = defineModule({
  name: 'wireguard',
  summary: 'WireGuard interfaces, brought up by wg-quick.',
  every: 'instance',
  reads,
  consults: ['output'],

  plan({ wireguard: asked, output }, context): readonly PlanItem[] {
    if (!asked) return [];
    const manager = packageManagerOf(context.facts);
    const tools: PlanItem[] = manager
      ? [{ at: 'wireguard', changes: [{ kind: 'packages', manager, names: ['wireguard-tools'] }] }]
      : [];
    const interfaces = asked.interfaces.map(({ at, value }): PlanItem => {
      const path = `/etc/wireguard/${value.name}.conf`;
      const unit = `wg-quick@${value.name}.service`;
      if (value.config_path !== undefined && value.config_path !== path) {
        const text = `the file is ${path}, as wg-quick names the interface after its file`;
        return { at, changes: changesFor(path, unit, value.content), notes: [{ level: 'warning', text }] };
      }
      return { at, changes: changesFor(path, unit, value.content) };
    });
    const probes = asked.readinessprobe ?? [];
    const target = outputOf(output, 'config');
    return [...tools, ...interfaces, ...scriptItem('wireguard.readinessprobe', probes, context, target)];
  },
});

function changesFor(path: string, unit: string, content: string): readonly Change[] {
  const file: Change = {
    kind: 'file',
    path,
    content: `${content.trimEnd()}\n`,
    mode: 0o600,
    owner: 'root',
    group: 'root',
    secret: true,
  };
  return [
    file,
    { kind: 'service', unit, boot: 'enabled' },
    { kind: 'notify', what: 'restart', unit, follows: file },
    { kind: 'running', unit, is: 'started' },
  ];
}
