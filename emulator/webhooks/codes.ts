/** Event codes a webhook may subscribe to. facts: extended 1.2 */

const per = (suffix: string, actions: string) => actions.split(' ').map((action) => `${action}_${suffix}`);

export const WEBHOOK_CODES: ReadonlySet<string> = new Set([
	...per('lead', 'add update delete restore status responsible note'),
	...per('contact', 'add update delete restore responsible note'),
	...per('company', 'add update delete restore responsible note'),
	...per('customer', 'add update delete responsible note'),
	...per('task', 'add update delete responsible'),
	...per('talk', 'add update delete'),
	'add_message',
	'add_outgoing_message',
	...per('unsorted', 'add update delete'),
	'add_chat_template_review',
	// The real code strings for list elements are unknown; these follow the pattern of the others.
	...per('catalog', 'add update delete'),
]);
