/** A back-test of the score in sentences and tables, for the terminal and the page. */
import type { Backtest, BacktestTable } from '../../core/backtest.ts';
import type { RuleEvidence, ScoreBacktest } from './backtest.ts';
import type { Auc, Slice } from './ranking.ts';

export function describeScoreBacktest(report: ScoreBacktest): Backtest {
  return {
    report,
    title:
      `Score of ${day(report.scoredAt)} against "${report.outcome}" ` +
      `in the ${report.days} days to ${day(report.until)}`,
    findings: findings(report),
    tables: [aucTable(report), decileTable(report.deciles), gradeTable(report), ruleTable(report.rules)],
  };
}

/** Whether the score ranks at all: the whole interval of its AUC is above one half. */
export const ranks = ({ auc }: Pick<ScoreBacktest, 'auc'>): boolean => auc.score.low > 0.5;

function findings(report: ScoreBacktest): string[] {
  const { contacts, conversions, baseRate, auc, reversals, rules, leaks } = report;
  const { score, daysSinceLastEvent } = auc;
  const changes = rules.filter(({ suggestion }) => suggestion !== null);
  return [
    ranks(report)
      ? `The score ranks: AUC ${interval(score)}. 0.5 is no better than chance, 1 is perfect.`
      : `The score does not rank: AUC ${interval(score)}, no better than chance.`,
    score.auc > daysSinceLastEvent.auc
      ? `Days since the last event alone reach ${interval(daysSinceLastEvent)}.`
      : `Days since the last event alone rank no worse: ${interval(daysSinceLastEvent)}.`,
    `${conversions} of ${contacts} scored contacts had the outcome (${percent(baseRate)}).`,
    ...reversals.map(({ better, worse }) => `Grade ${better} converted less often than ${worse}.`),
    changes.length > 0
      ? `${changes.length} ${changes.length === 1 ? 'rule has' : 'rules have'} points that the outcome does not ` +
        'support: see the table of rules, and jobs/rules/scoring.ts.'
      : 'No rule has points that the outcome contradicts.',
    leaks.length > 0
      ? `Read as they are today, because changes by hand are not recorded: ${leaks.join(', ')}. ` +
        'Where they were changed after the outcome, the score looks better than it was.'
      : 'No column was read as it is today.',
  ];
}

const aucTable = ({ auc }: ScoreBacktest): BacktestTable => ({
  title: 'What ranks',
  note: 'AUC: how often a contact with the outcome stands above one without. In brackets: the 95 % interval.',
  head: ['number', 'AUC'],
  rows: [
    ['score', interval(auc.score)],
    ['engagement', interval(auc.engagement)],
    ['fit', interval(auc.fit)],
    ['days since the last event', interval(auc.daysSinceLastEvent)],
  ],
});

const decileTable = (deciles: readonly Slice[]): BacktestTable => ({
  title: 'Tenths of the contacts, highest score first',
  note: 'Lift is the rate divided by that of all. Share is the part of all conversions that lie in the tenth.',
  head: ['tenth', 'contacts', 'conversions', 'rate', 'lift', 'share'],
  rows: deciles.map((slice, i) => [i + 1, ...cells(slice)]),
});

const gradeTable = ({ grades, reversals }: ScoreBacktest): BacktestTable => ({
  title: 'Grades',
  ...(reversals.length > 0 && {
    note: `Reversed: ${reversals.map(({ better, worse }) => `${better} below ${worse}`).join(', ')}.`,
  }),
  head: ['grade', 'contacts', 'conversions', 'rate', 'lift', 'share'],
  rows: grades.map(({ grade, ...slice }) => [grade, ...cells(slice)]),
});

const ruleTable = (rules: readonly RuleEvidence[]): BacktestTable => ({
  title: 'Rules',
  note:
    'Lift: the rate of those who have it over that of those who don’t. ' +
    'A suggestion stands where the points differ from it by more than chance.',
  head: ['rule', 'points', 'contacts', 'rate', 'lift', 'suggestion'],
  rows: rules.map(({ rule, points, contacts, rate, liftOverOthers, suggestion }) => [
    rule,
    points,
    contacts,
    percent(rate),
    liftOverOthers.toFixed(2),
    suggestion === null ? '' : suggestion,
  ]),
});

const cells = ({ contacts, conversions, rate, lift, share }: Slice): (string | number)[] => [
  Math.round(contacts),
  Math.round(conversions),
  percent(rate),
  lift.toFixed(2),
  percent(share),
];

const interval = ({ auc, low, high }: Auc): string => `${auc.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
const day = (moment: string): string => moment.slice(0, 10);
