import { Component, h, type FunctionComponent } from "preact";

/** A component that is drawn again only where a property differs. Of a long film's thousand cues, two change when the film goes on. */
export function memo<P extends object>(Inner: FunctionComponent<P>): FunctionComponent<P> {
  class Memo extends Component<P> {
    override shouldComponentUpdate(next: P): boolean {
      const names = Object.keys({ ...this.props, ...next }) as (keyof P)[];
      return names.some((name) => name !== ("children" as keyof P) && this.props[name] !== next[name]);
    }
    override render() {
      return h(Inner, this.props as P & preact.Attributes);
    }
  }
  return Memo as unknown as FunctionComponent<P>;
}
