/** A step of a subscription of Red Hat, made by subscription-manager(8). Each is an act: the result is on Red Hat's server. */
export type SubscriptionChange = { readonly kind: 'subscription' } & SubscriptionStep;

export type SubscriptionStep =
  | {
      readonly does: 'register';
      /** Either an activation key and its organization, or an account. */
      readonly account:
        | { readonly activationKey: string; readonly org: string }
        | { readonly username: string; readonly password: string; readonly org?: string };
      /** The server and the base URL of the content, where they are not Red Hat's. */
      readonly server?: string;
      readonly baseUrl?: string;
    }
  /** Attaches the subscriptions that suit the machine, of this service level if one is given. */
  | { readonly does: 'auto-attach'; readonly serviceLevel?: string }
  | { readonly does: 'add-pool'; readonly pools: readonly string[] }
  | { readonly does: 'repos'; readonly enable: readonly string[]; readonly disable: readonly string[] }
  /** The minor release from which packages are installed: "9.4". */
  | { readonly does: 'release'; readonly release: string };
