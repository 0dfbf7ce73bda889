import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { HISTORY_EVENTS, HOOK_EVENT_OPTIONS, HOOK_EVENTS, triggerEvent, type TriggerEvent } from '../fields/hookEvents';
import { collection, simplifyProperty } from '../operations/parameters';
import { CARD_EXTRAS } from './cards';
import { CATCH_UP_HOURS, LOOK_BACK, SETTLE_TIME } from './options';

/** The parameters of the triggers. */

const ONLY_ACCOUNT = { show: { mode: ['account'] } };
const ONLY_OF_ACCOUNT = { show: { '/mode': ['account'] } };

const pickMany = (displayName: string, name: string, loadOptionsMethod: string, which: string): INodeProperties => ({
	displayName,
	name,
	type: 'multiOptions',
	typeOptions: { loadOptionsMethod },
	default: [],
	description: `Start only for records ${which}. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.`,
	hint: 'Records for which amoCRM does not say this start the workflow too',
});

/** What both triggers offer. */
const options: INodeProperties[] = [
	{
		displayName: 'Ignore Own Changes',
		name: 'ignoreOwnChanges',
		type: 'boolean',
		default: true,
		description: 'Whether to ignore what the user who connected the credential has changed, so that a workflow which writes to amoCRM does not start itself. Connect a separate user for n8n, or the changes that this person makes in amoCRM are ignored too.',
	},
	{
		displayName: 'Include',
		name: 'with',
		type: 'multiOptions',
		options: CARD_EXTRAS,
		default: [],
		// Full records are read without the option too.
		displayOptions: { hide: { loadFullRecord: [false] } },
		description: 'What else to return with each full record',
	},
	{
		displayName: 'Load Full Record',
		name: 'loadFullRecord',
		type: 'boolean',
		default: true,
		description: "Whether to read the record's card from amoCRM, as a delivery holds only a part of it. amoCRM gets its answer first. For notes and messages the card they belong to is returned in 'record'.",
	},
	{
		displayName: 'Only if Changed Names or IDs',
		name: 'changedFields',
		type: 'multiOptions',
		typeOptions: { loadOptionsMethod: 'getChangeableFields' },
		default: [],
		description: 'Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>',
		hint: 'For updated leads, contacts, companies and customers. With webhooks it costs a request to the history of the account.',
	},
	pickMany('Pipeline Names or IDs', 'pipelineIds', 'getPipelines', 'in these pipelines'),
	pickMany('Responsible User Names or IDs', 'responsibleUserIds', 'getUsers', 'for which these users are responsible'),
	pickMany('Stage Names or IDs', 'stageIds', 'getStages', 'in these stages'),
];

const otherEvents: INodeProperties = { displayName: 'Other Events', name: 'otherEvents', type: 'string', default: '' };

const webhookOptions: INodeProperties[] = [
	...options,
	{
		displayName: 'Catch Up',
		name: 'catchUp',
		type: 'boolean',
		default: true,
		displayOptions: ONLY_OF_ACCOUNT,
		description: "Whether to bring what changed while n8n was down or amoCRM had switched the webhook off, each change once, as a row with 'caught_up'. It is read from the history of the account, which does not tell of incoming leads and list elements.",
	},
	{ ...CATCH_UP_HOURS, displayOptions: { ...ONLY_OF_ACCOUNT, hide: { catchUp: [false] } } },
	{
		displayName: 'Keep Repeated Deliveries',
		name: 'keepRepeated',
		type: 'boolean',
		default: false,
		description: 'Whether to start again when amoCRM repeats a delivery that has come before. Otherwise repeats are dropped.',
	},
	{
		...otherEvents,
		placeholder: 'e.g. add_lead, update_lead',
		displayOptions: ONLY_OF_ACCOUNT,
		description: "Codes of events that 'Events' does not list, separated by commas",
	},
	{
		displayName: 'Separate Executions',
		name: 'separateExecutions',
		type: 'boolean',
		default: false,
		description: 'Whether each delivery starts an execution of its own. Otherwise deliveries that arrive at the same moment share one, an item for each change, so that a mass edit in amoCRM does not overload n8n.',
	},
];

/** The history tells a change and no record: that is read unless it is said otherwise. */
const RECORDS_READ = "Whether to read the record's card from amoCRM, which happens without this option too, and for notes and messages the card they belong to, in 'record'. Off: only what the history tells of the change.";

const pollOptions: INodeProperties[] = [
	...options.map((option) => (option.name === 'loadFullRecord' ? { ...option, description: RECORDS_READ } : option)),
	LOOK_BACK,
	{ ...otherEvents, placeholder: 'e.g. nps_rate_added', description: "Types of events in the history of amoCRM that 'Events' does not list, separated by commas" },
	SETTLE_TIME,
];

const events: INodeProperties = { displayName: 'Events', name: 'events', type: 'multiOptions', required: true, default: [], description: 'What starts the workflow' };

/** Each with its entry in the list of triggers that n8n shows before the node is placed. */
const withActions = (choices: INodePropertyOptions[]): INodePropertyOptions[] =>
	choices.map((choice) => ({ ...choice, action: `On ${choice.name.replace(/:| \(Unconfirmed\)$/g, '')}` }));

/** With a mark where the polling trigger does not know the event. */
const WEBHOOK_EVENTS = HOOK_EVENT_OPTIONS.map((option) =>
	triggerEvent(String(option.value)).types.length > 0 ? option : { ...option, description: `${option.description?.replace(/\.$/, '')}. The polling trigger does not know it.` },
);

export const triggerProperties: INodeProperties[] = [
	{
		displayName: 'Mode',
		name: 'mode',
		type: 'options',
		noDataExpression: true,
		options: [
			{
				name: 'Account Webhook',
				value: 'account',
				description: 'The node subscribes to the chosen events by itself, and unsubscribes when the workflow is deactivated',
			},
			{ name: 'Digital Pipeline', value: 'digitalPipeline', description: "You paste this node's URL into a stage of a pipeline in amoCRM" },
		],
		default: 'account',
		description: 'How amoCRM learns where to deliver',
	},
	{
		displayName:
			"Copy the production URL from 'Webhook URLs' above. In amoCRM open the settings of the pipeline (Digital Pipeline), add the action 'API: send webhook' to a stage and paste the URL. Keep it secret: whoever knows it can start this workflow.",
		name: 'digitalPipelineNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { mode: ['digitalPipeline'] } },
	},
	{
		...events,
		options: withActions(WEBHOOK_EVENTS),
		displayOptions: ONLY_ACCOUNT,
	},
	simplifyProperty,
	collection('Options', 'options', 'Add option', webhookOptions),
];

/** The same names as above, so that a workflow can change its trigger. */
export const pollProperties: INodeProperties[] = [
	{
		...events,
		options: withActions(HISTORY_EVENTS.map(({ code, name, entity, isHistoryOnly }) => ({ name, value: code, description: `${code}${isHistoryOnly ? '. Webhooks do not tell it.' : entity === undefined ? '. The history tells neither the text nor the talk.' : ''}` }))),
	},
	simplifyProperty,
	collection('Options', 'options', 'Add option', pollOptions),
];

/** The line below the trigger's name on the canvas: an expression that the editor computes. */
function eventInWords(known: TriggerEvent[]): string {
	const names = JSON.stringify(Object.fromEntries(known.map(({ code, name }) => [code, name])));
	const events = '($parameter["events"] ?? [])';
	return `={{ $parameter["mode"] === "digitalPipeline" ? "Digital Pipeline" : ${events}.length === 1 ? (${names})[${events}[0]] ?? ${events}[0] : ${events}.length + " events" }}`;
}

export const TRIGGER_SUBTITLE = eventInWords(HOOK_EVENTS);
export const POLL_SUBTITLE = eventInWords(HISTORY_EVENTS);
