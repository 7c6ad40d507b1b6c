// Format: NoCloud on the kernel command line, https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html
import { mapOf } from '../base/map-of.ts';
import type { Platform } from '../facts/facts.ts';
import type { ReadHost } from '../host/host.ts';

/** A seed as the kernel command line or the DMI serial number describes it. */
export interface SeedLine {
  /** Where it was found, for messages: "the kernel command line". */
  readonly from: string;
  readonly seedfrom?: string | undefined;
  readonly metaData: Readonly<Record<string, string>>;
}

const shortNames = mapOf({ s: 'seedfrom', h: 'local-hostname', i: 'instance-id' });

/** Returns all seed lines, that of the serial number first: `ds=nocloud;s=http://10.0.0.1/;h=name`. */
export async function seedLines(platform: Platform, host: ReadHost): Promise<readonly SeedLine[]> {
  const lines: SeedLine[] = [];
  const places = [
    ['the serial number', platform.serial.startsWith('ds=nocloud') ? platform.serial : ''],
    ['the kernel command line', platform.kernelCommandLine],
  ] as const;
  for (const [from, words] of places) {
    const [, settings] =
      /(?:^|[\s"])(?:bootagent\.|ci\.)?ds=nocloud(?:-net)?(?:;([^\s"]*))?(?=[\s"]|$)/i.exec(words) ?? [];
    if (settings) lines.push(await readLine(from, settings, platform, host));
  }
  return lines;
}

async function readLine(from: string, settings: string, platform: Platform, host: ReadHost): Promise<SeedLine> {
  const pairs = settings.split(';').flatMap((pair) => {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(pair) ?? [];
    return name === '' ? [] : [[shortNames.get(name) ?? name, value] as const];
  });
  const { seedfrom, ...metaData } = Object.fromEntries(pairs) as Readonly<Record<string, string>>;
  return { from, metaData, seedfrom: seedfrom && (await withFirmwareNames(seedfrom, platform, host)) };
}

/** Replaces `__dmi.NAME__` by the DMI value of that name; the names are those of dmidecode, such as "system-uuid". */
export async function withFirmwareNames(text: string, platform: Platform, host: ReadHost): Promise<string> {
  const known = mapOf({
    'system-manufacturer': platform.vendor,
    'system-product-name': platform.product,
    'system-serial-number': platform.serial,
    'system-uuid': platform.uuid,
    'chassis-asset-tag': platform.chassis,
  });
  let whole = text;
  for (const [all, name = ''] of text.matchAll(/__dmi\.([a-z-]+)__/g)) {
    const file = name
      .replace(/^baseboard-/, 'board_')
      .replace(/^system-/, 'product_')
      .replaceAll('-', '_');
    const value = known.get(name) ?? (await host.readText(`/sys/class/dmi/id/${file}`))?.trim();
    if (value !== undefined) whole = whole.replace(all, value);
  }
  return whole;
}
