/**
 * How addresses are judged. Disposable, private-relay and role addresses get a label and are `risky`; that alone
 * suppresses no one.
 */

import { cleaningRules } from 'nightshift';

export const cleaning = cleaningRules({
  // Domains of yours that some public list calls disposable or unknown. This list wins over all others.
  allow: [],
  // Domains whose addresses are invalid for you.
  block: [],
  // A typo is only pointed out ("did you mean gmail.com?"), because the domain may be real. It is corrected where
  // you say so here: { 'gmial.com': 'gmail.com' }
  correctTypos: {},
});
