/** SQL that makes PostgreSQL refuse all attempts of a delivery. */
export const refuseAttemptsOf = (deliveryId: string): string => `
  create function refuse() returns trigger language plpgsql as $$ begin
    if new.delivery_id = '${deliveryId}' then raise exception 'not this one'; end if;
    return new;
  end $$;
  create trigger refuse before insert on attempts for each row execute function refuse()`;

/** SQL that removes the refusal. */
export const ACCEPT_ATTEMPTS = 'drop trigger refuse on attempts';
