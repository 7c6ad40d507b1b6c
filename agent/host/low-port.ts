type Connector<Options, Socket> = (
  options: Options,
  callback: (...ended: [error: null, socket: Socket] | [error: Error, socket: null]) => void,
) => void;

/** A range of ports below 1024 without well-known services, and how many of them are tried for one connection. */
const [lowest, highest, most] = [600, 1_023, 20];

/**
 * Returns a connector that binds each connection to a port below 1024, which only root can. A port that is in use, or that an
 * earlier connection to the same service left in TIME_WAIT, is skipped. `connectorOf` returns a connector from one port.
 */
export function fromLowPort<Options, Socket>(
  connectorOf: (localPort: number) => Connector<Options, Socket>,
): Connector<Options, Socket> {
  let next = lowest + Math.floor(Math.random() * (highest - lowest + 1));
  return (options, callback) => {
    const attempt = (left: number): void => {
      const connect = connectorOf(next);
      next = next === highest ? lowest : next + 1;
      connect(options, (...ended) => {
        const [error] = ended;
        if (error && 'code' in error && error.code === 'EADDRINUSE' && left > 1) attempt(left - 1);
        else callback(...ended);
      });
    };
    attempt(most);
  };
}
