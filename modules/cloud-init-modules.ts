import type { PlanItem } from '../agent/engine/change.ts';
import { defineModule } from '../agent/engine/module.ts';
import {
  either,
  flag,
  integer,
  items,
  list,
  object,
  optional,
  text,
  withDefault,
} from '../agent/userdata/schema/decode.ts';

/** A module's name, alone or followed by its frequency and arguments. */
const entry = either(text, list(text), 'the name of a module, or a list that begins with it');
const modules = optional(items(entry));

const nameOf = (entry: string | readonly string[]): string => (typeof entry === 'string' ? entry : (entry[0] ?? ''));

const reads = {
  cloud_init_modules: modules,
  cloud_config_modules: modules,
  cloud_final_modules: modules,
  compat: optional(object({ degraded_exit: optional(integer(0, 2)) })),
  vendor_data: optional(
    object({
      enabled: withDefault(true, flag),
      prefix: optional(either(text, list(text))),
      disabled_handlers: optional(items(text)),
    }),
  ),
};

/** Settings that only control how cloud-init runs: accepted, and reported where they have no effect in bootagent. */
export const cloudInitModules = defineModule({
  name: 'cloud_init_modules',
  summary:
    'The lists of modules of cloud-init, which are ignored with a warning: bootagent has a fixed order. `compat.degraded_exit`, only in the configuration of an image, is the exit code of `cloud-init status` of the package bootagent-compat after a boot with problems: 2 (default), 0 or 1.',
  every: 'instance',
  reads,

  plan: (settings): readonly PlanItem[] => [
    ...(['cloud_init_modules', 'cloud_config_modules', 'cloud_final_modules'] as const).flatMap((at): PlanItem[] => {
      const listed = settings[at]?.map(({ value }) => nameOf(value));
      if (!listed || listed.length === 0) return [];
      const text = `bootagent runs its modules in an order of its own, each when there is something for it: ${listed.join(', ')} need no naming`;
      return [{ at, changes: [], notes: [{ level: 'note', text }] }, ...unknownModules(settings[at] ?? [])];
    }),
    ...undone(
      'vendor_data.prefix',
      settings.vendor_data?.prefix,
      "no command is run before each of the vendor's scripts",
    ),
    ...undone(
      'vendor_data.disabled_handlers',
      settings.vendor_data?.disabled_handlers,
      'vendor-data is read in every form',
    ),
  ],
});

/** Reports modules that cloud-init does not have: they are code of the image, which bootagent cannot run. */
const unknownModules = (
  listed: readonly { readonly at: string; readonly value: string | readonly string[] }[],
): readonly PlanItem[] =>
  listed.flatMap((item): readonly PlanItem[] => {
    const name = nameOf(item.value);
    if (cloudInitModuleNames.includes(name.replaceAll('-', '_').replace(/^cc_/, ''))) return [];
    const text = `"${name}" is not a module of cloud-init, and bootagent does not run it`;
    return [{ at: item.at, changes: [], notes: [{ level: 'warning', code: 'unsupported', text }] }];
  });

/** Reports an unsupported setting, with the behavior that applies instead. */
const undone = (at: string, asked: unknown, text: string): readonly PlanItem[] =>
  asked === undefined ? [] : [{ at, changes: [], notes: [{ level: 'warning', code: 'unsupported', text }] }];

/** Current and former modules of cloud-init, as named in its module lists. */
const cloudInitModuleNames =
  `ansible apk_configure apt_configure apt_pipelining bootcmd byobu ca_certs chef debug disable_ec2_metadata disk_setup
emit_upstart fan final_message foo growpart grub_dpkg install_hotplug keyboard keys_to_console landscape locale lxd mcollective
migrator mounts ntp package_update_upgrade_install phone_home power_state_change puppet raspberry_pi refresh_rmc_and_interface
reset_rmc resizefs resolv_conf rh_subscription rightscale_userdata rsyslog runcmd salt_minion scripts_per_boot
scripts_per_instance scripts_per_once scripts_user scripts_vendor seed_random set_hostname set_passwords snap snap_config snappy
spacewalk ssh ssh_authkey_fingerprints ssh_import_id timezone ubuntu_advantage ubuntu_autoinstall ubuntu_drivers ubuntu_pro
update_etc_hosts update_hostname users_groups vyos wireguard write_files write_files_deferred yum_add_repo zypper_add_repo`.split(
    /\s+/,
  );
