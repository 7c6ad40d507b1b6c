import type { Facts } from '../facts/facts.ts';
import type { ReadHost } from '../host/host.ts';
import type { RetryingClient } from './retrying-client.ts';

/** A source of the metadata and user-data of an instance. */
export interface Datasource {
  /** The name in lower case: "ec2", "config-drive". */
  readonly name: string;
  /** cloud-init's name for it, used in `datasource_list`: "Ec2". */
  readonly alias: string;
  readonly needs: 'disk' | 'network';
  /** It has a well-known address, so it is queried if `datasource_list` names it, even without being detected. */
  readonly known?: true;
  /** It is detected but not supported yet, and returns no instance. */
  readonly silent?: true;
  /** Returns the evidence for this datasource, as a text for messages ("DMI vendor is Amazon EC2"), or undefined. */
  detect(facts: Facts, host: ReadHost, settings: DatasourceSettings): Promise<string | undefined>;
  /** Returns the instance, or undefined if the datasource has no metadata. */
  fetch(ask: FetchContext): Promise<Instance | undefined>;
  /** Returns one value that `fetch` leaves out, by its path below `meta_data`; it is requested on demand. */
  value?(ask: FetchContext, path: string): Promise<string | undefined>;
}

/** The settings of one datasource from `datasource: {Ec2: {...}}`: plain values by key. */
export type DatasourceSettings = Readonly<Record<string, unknown>>;

/** The context in which a datasource fetches. */
export interface FetchContext {
  readonly host: ReadHost;
  readonly facts: Facts;
  readonly settings: DatasourceSettings;
  /** When to give up, in terms of `host.now()`. */
  readonly deadline: number;
  /** Sends HTTP requests, with retries as the settings and the deadline allow. */
  readonly client: RetryingClient;
  /** The seed directory from the command line: `--seed DIR`. */
  readonly seed?: string | undefined;
  /** No later stage of this boot fetches again: missing parts are left out. */
  readonly last?: boolean | undefined;
  /** Called with a sentence for each missing part; the next boot fetches it again. */
  without?(sentence: string): void;
  /** Reports progress to the user: a failed attempt, a fallback. */
  note(level: 'note' | 'warning', text: string): void;
}

/** The instance, in one form for all clouds. */
export interface Instance {
  readonly id: string;
  readonly datasource: string;
  readonly hostname?: string | undefined;
  readonly zone?: string | undefined;
  readonly region?: string | undefined;
  readonly launchIndex?: number | undefined;
  /** The SSH keys of the default user. */
  readonly publicKeys: readonly string[];
  /** SSH keys that name another user, by that name. */
  readonly userKeys?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly userData?: Uint8Array | undefined;
  /** The file that the user-data was read from, if one was named; messages use it in source locations. */
  readonly userDataFile?: string | undefined;
  /** Lowest precedence first. */
  readonly vendorData: readonly Uint8Array[];
  /** The network configuration, if the datasource provides one. */
  readonly network?: readonly NetworkInterface[] | undefined;
  /** Sentences about parts of the network configuration that are not applied. */
  readonly networkLeftOut?: readonly string[] | undefined;
  /** The metadata of the datasource, as `query` and templates see it below `ds`: plain JSON, {meta_data: {...}}. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Values that must never be shown. */
  readonly secrets: readonly string[];
  /** Sentences about parts that could not be fetched; the next boot fetches them again. */
  readonly missing?: readonly string[] | undefined;
  /** The request that reports readiness, if the datasource asks for it. */
  readonly ready?:
    | {
        readonly url: string;
        readonly method: 'GET' | 'PUT' | 'POST';
        readonly headers: Readonly<Record<string, string>>;
        readonly body: string;
        /** What the request tells the cloud; by default that the machine is ready. */
        readonly tells?: string;
        readonly gate?: ReadyGate;
      }
    | undefined;
}

/** A script that decides whether the machine is ready, with the name of the metadata that holds it. */
export interface ReadyGate {
  readonly name: string;
  readonly script: string;
}

export interface NetworkInterface {
  readonly mac: string;
  readonly name?: string | undefined;
  readonly dhcp4: boolean;
  readonly dhcp6: boolean;
  /** Static addresses with prefix length: "10.0.0.5/24". */
  readonly addresses: readonly string[];
  readonly gateways: readonly string[];
  readonly routes: readonly { readonly to: string; readonly via: string }[];
  readonly dns: readonly string[];
  readonly search: readonly string[];
  readonly mtu?: number | undefined;
}

/** The instance before a datasource has identified it. */
export const noInstance: Instance = {
  id: 'nobody',
  datasource: 'none',
  publicKeys: [],
  vendorData: [],
  metadata: {},
  secrets: [],
};
