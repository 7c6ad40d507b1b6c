import type { Facts } from '../facts/facts.ts';
import type { Request } from '../host/host.ts';
import type { FetchContext, Instance } from '../metadata/datasource.ts';
import type { Endpoints, Service } from '../metadata/endpoint.ts';
import type { TokenExchange } from '../metadata/session.ts';
import type { Tree } from '../metadata/tree.ts';
import type { NetworkRead } from './network-fields.ts';

/** The fields of DMI that identify platforms. */
export type DmiField = 'vendor' | 'product' | 'serial' | 'chassis';

/** How a machine shows its cloud: each mark is enough alone. A value of DMI that ends in "*" matches any ending. */
export interface Marks extends Partial<Readonly<Record<DmiField, readonly string[]>>> {
  /** A word of the kernel command line. */
  readonly kernelWord?: string;
  /** Files that only this cloud creates. */
  readonly paths?: readonly string[];
}

/** A value of the metadata: a path of the service ("/v1/user-data"), or a field of the document ("metadata.user_data"). */
export type ValuePlace = string | ValueAt;

interface ValueAt {
  readonly at: string;
  /** "maybe-base64": decoded where the whole text is base64, since the service takes texts only. */
  readonly encoding?: 'base64' | 'maybe-base64';
  /** The field that names the encoding. */
  readonly encodedAs?: string;
  /** The first group, or the whole match, is the value. */
  readonly pick?: RegExp;
}

/** The metadata service of a cloud, as data. Functions are only for what data cannot describe. */
export interface Declaration {
  /** Where the service is requested; the answer that comes first wins. */
  readonly endpoints: Endpoints;
  readonly headers?: Readonly<Record<string, string>> | ((path: string) => Readonly<Record<string, string>>);
  readonly token?: TokenExchange;
  /** The header by which an answer shows that it comes from this service, and its value. */
  readonly answersWith?: readonly [name: string, value: string];
  /** How connections are made, where the service requires it. */
  readonly from?: Pick<Request, 'lowPort' | 'socket'>;
  /** The path of the document that has most values, where there is one. */
  readonly document?: { readonly path: string; readonly format: 'json' | 'yaml' };
  /** The folder of a path tree, by which `bootagent query` fetches other values. */
  readonly folder?: string;
  /** A path of the service, or a field of the document. */
  readonly id: string;
  readonly hostname?: ValuePlace;
  readonly zone?: ValuePlace;
  readonly region?: ValuePlace;
  /** The field with the keys of the default user, or a function where they are elsewhere or name their users. */
  readonly keys?: string | ((parts: Parts) => Promise<Keys>);
  /** Of several places, the first that has something. */
  readonly userData?: ValuePlace | readonly string[];
  readonly vendorData?: ValuePlace | readonly string[];
  /** Returns the network configuration of the document, where not everything is DHCP. */
  readonly network?: (document: DocumentFields, facts: Facts) => NetworkRead;
  /** DocumentFields of the document that must never be shown. */
  readonly secrets?: readonly string[];
  /** Completes the instance: a password server, a report of readiness. */
  readonly complete?: (instance: Instance, parts: Parts) => Promise<Instance>;
}

export type DocumentFields = Readonly<Record<string, unknown>>;

/** SSH keys: those of the default user, and those of named users. */
export interface Keys {
  readonly lines: readonly string[];
  readonly byUser?: Readonly<Record<string, readonly string[]>>;
}

/** What the functions of a declaration receive. */
export interface Parts {
  readonly ask: FetchContext;
  readonly service: Service;
  /** The service from its root: paths begin with a slash. */
  readonly tree: Tree;
  /** The document; empty where the service has none. */
  readonly document: DocumentFields;
}
