import { createSubscriber } from 'svelte/reactivity';

/** The time now, for what ages or counts down: one timer for the whole dashboard, running while anything reads it. */
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
