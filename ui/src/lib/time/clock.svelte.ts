import { createSubscriber } from 'svelte/reactivity';

/** The current time for ages and countdowns. One timer for the whole dashboard, running while a component reads it. */
class Clock {
  private readonly subscribe = createSubscriber((update) => {
    const timer = setInterval(update, 1000);
    return () => clearInterval(timer);
  });

  get now(): Date {
    this.subscribe();
    return new Date();
  }
}

export const clock = new Clock();
