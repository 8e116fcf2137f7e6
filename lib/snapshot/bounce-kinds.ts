/**
 * The kind of a bounce: what the provider itself wrote of it, in the workbook's five words. A word that is not known
 * stays unknown here, so that the codes decide; it is never taken for a verdict.
 */
import { join, literal, oneOf, type Sql, sql } from '../core/sql.ts';

const words = (text: string): readonly string[] => text.split(/\s+/);

/**
 * Each kind, with the words that providers use for it (letters only, lower case). `cleaned`: already on another tool's
 * list.
 */
export const kindWords = {
  complaint: words(`complaint complained complaints spamcomplaint spamreport spamreported spam abuse abusecomplaint
    emailcomplained emailcomplaint markedasspam reportedasspam spamreportingaddress feedbackloop fbl junk
    abusereport usermarkedspam markspam reportspam spamcomplaints`),
  unsubscribe: words(`unsubscribe unsubscribed unsub unsubscription groupunsubscribe listunsubscribe linkunsubscribe
    globalunsubscribe optout optedout unsubscribedaddress emailunsubscribed unsubscribedviaemail
    manualunsubscribe manuallyunsubscribed manualsuppression contactunsubscribed oneclickunsubscribe
    abgemeldet desabonne desinscrit baja disiscritto uitgeschreven afgemeld`),
  block: words('block blocked spamnotification policy softblock dmarcpolicy contentrejected'),
  hard: words(`hard hardbounce hardbounced bouncedhard permanent permanentbounce permanentfailure invalidemail
    invalidaddress bademailaddress bouncedaddress bounce bounced emailbounced bounces invalidrecipient`),
  soft: words(`soft softbounce softbounced bouncedsoft transient transientbounce temporary temporaryfailure deferred
    deferral delayed deliverydelayed emaildeliverydelayed mailboxfull delay`),
  cleaned: words('cleaned'),
};

/** The kind that a cell's text names, or NULL. */
export const kindOf = (cell: Sql): Sql => {
  const letters = sql`regexp_replace_all(lower(${cell}), '[^a-z]', '')`;
  const cases = Object.entries(kindWords).map(
    ([kind, words]) => sql`when ${oneOf(letters, words)} then ${literal(kind)}`,
  );
  return sql`case ${join(cases, ' ')} end`;
};
