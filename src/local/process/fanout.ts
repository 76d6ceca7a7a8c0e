import { type ProcessEvent, Subscription } from "./subscription.ts";

/** Hands the events of one process to all who read them. */
export class Fanout {
  readonly #subscriptions = new Set<Subscription>();

  /** Adds a reader, who gets this event and then those that come from now on. */
  subscribe(first: ProcessEvent, signal: AbortSignal, subscription: Subscription = new Subscription()): Subscription {
    subscription.push(first);
    this.#subscriptions.add(subscription);
    const leave = () => {
      this.#subscriptions.delete(subscription);
      subscription.close();
    };
    if (signal.aborted) leave();
    else signal.addEventListener("abort", leave, { once: true });
    return subscription;
  }

  /** Hands an event to all; waits while the queue of one of them is full. */
  publish(event: ProcessEvent): Promise<unknown> | undefined {
    const full = [];
    for (const subscription of this.#subscriptions) {
      const room = subscription.push(event);
      if (room) full.push(room);
    }
    return full.length > 0 ? Promise.all(full) : undefined;
  }

  /** Hands out the last event. `retire` is called before, so that nobody who heard of the end finds the process. */
  end(event: ProcessEvent, retire: () => void): void {
    retire();
    for (const subscription of this.#subscriptions) {
      subscription.push(event);
      subscription.finish();
    }
  }
}
