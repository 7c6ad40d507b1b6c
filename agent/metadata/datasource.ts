import type { Facts } from '../facts/facts.ts';
import type { ReadHost } from '../host/host.ts';
import type { RetryingClient } from './retrying-client.ts';

/** One place an instance learns who it is. */
export interface Datasource {
  /** One word, in lower case: "ec2", "config-drive". */
  readonly name: string;
  /** How cloud-init spells it, for `datasource_list`: "Ec2". */
  readonly alias: string;
  readonly needs: 'disk' | 'network';
  /** It lies at an address that everybody knows, so that a list that names it is reason enough to ask. */
  readonly known?: true;
  /** Known when seen, and not done yet: it says nothing. */
  readonly silent?: true;
  /** What speaks for this source here, told to people ("DMI vendor is Amazon EC2"), or undefined. */
  detect(facts: Facts, host: ReadHost, settings: DatasourceSettings): Promise<string | undefined>;
  /** Who we are, or undefined when nobody is there to say. */
  fetch(ask: FetchContext): Promise<Instance | undefined>;
  /** A value that was not fetched with the rest, by its path below `meta_data`: asked for when somebody wants it. */
  value?(ask: FetchContext, path: string): Promise<string | undefined>;
}

/** What `datasource: {Ec2: {...}}` says of a source: plain values by key. */
export type DatasourceSettings = Readonly<Record<string, unknown>>;

/** What a datasource is handed to ask with. */
export interface FetchContext {
  readonly host: ReadHost;
  readonly facts: Facts;
  readonly settings: DatasourceSettings;
  /** When to give up, on the host's clock. */
  readonly deadline: number;
  /** Asks the network, as often as the settings and the deadline allow. */
  readonly client: RetryingClient;
  /** A folder that was named as the seed: `--seed DIR`. */
  readonly seed?: string | undefined;
  /** Nobody asks again in this boot: what cannot be had now is done without. */
  readonly last?: boolean | undefined;
  /** Told of each part that is done without, in a sentence: it is asked for again at the next boot. */
  without?(sentence: string): void;
  /** Tells people what goes on: an attempt that failed, something that was used instead. */
  note(level: 'note' | 'warning', text: string): void;
}

/** Who the instance is, in one form whatever the cloud. */
export interface Instance {
  readonly id: string;
  readonly datasource: string;
  readonly hostname?: string | undefined;
  readonly zone?: string | undefined;
  readonly region?: string | undefined;
  readonly launchIndex?: number | undefined;
  readonly publicKeys: readonly string[];
  readonly userData?: Uint8Array | undefined;
  /** The file that somebody named for it: what was found is told by its place in there. */
  readonly userDataFile?: string | undefined;
  /** Least important first. */
  readonly vendorData: readonly Uint8Array[];
  /** Static addresses, where the source carries them. */
  readonly network?: readonly NetworkInterface[] | undefined;
  /** What the source said, as `query` and templates find it below `ds`: plain JSON, {meta_data: {...}}. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Parts of it that must never be shown. */
  readonly secrets: readonly string[];
  /** What could not be had, in sentences: it is asked for again at the next boot. */
  readonly missing?: readonly string[] | undefined;
  /** Whom to tell that the machine is ready, where the source asks for it. */
  readonly ready?:
    | {
        readonly url: string;
        readonly method: 'PUT' | 'POST';
        readonly headers: Readonly<Record<string, string>>;
        readonly body: string;
      }
    | undefined;
}

export interface NetworkInterface {
  readonly mac: string;
  readonly name?: string | undefined;
  readonly dhcp4: boolean;
  readonly dhcp6: boolean;
  /** With prefix length: "10.0.0.5/24". */
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
  readonly routes: readonly { readonly to: string; readonly via: string }[];
  readonly dns: readonly string[];
  readonly search: readonly string[];
  readonly mtu?: number | undefined;
}

/** Who we are before anybody told us. */
export const noInstance: Instance = {
  id: 'nobody',
  datasource: 'none',
  publicKeys: [],
  vendorData: [],
  metadata: {},
  secrets: [],
};
