/** Event keys and their words. facts: extended 5.3 */

const KEYS = `lead_added lead_deleted lead_restored lead_status_changed lead_linked lead_unlinked contact_added contact_deleted
contact_restored contact_linked contact_unlinked company_added company_deleted company_restored company_linked company_unlinked
customer_added customer_deleted customer_status_changed customer_linked customer_unlinked task_added task_deleted task_completed
task_type_changed task_text_changed task_deadline_changed task_result_added incoming_call outgoing_call incoming_chat_message
outgoing_chat_message entity_direct_message incoming_sms outgoing_sms entity_tag_added entity_tag_deleted entity_linked entity_unlinked
sale_field_changed name_field_changed ltv_field_changed custom_field_value_changed entity_responsible_changed robot_replied
intent_identified nps_rate_added link_followed transaction_added key_action_completed entity_merged common_note_added common_note_deleted
attachment_note_added targeting_in_note_added targeting_out_note_added geo_note_added service_note_added site_visit_note_added
message_to_cashier_note_added talk_created talk_closed`.split(/\s+/);

/** The two numbers that are known; the others are counted in their gaps. */
const KNOWN: Readonly<Record<string, number>> = { lead_added: 1, lead_deleted: 7 };

export interface EventType {
	key: string;
	type: number;
}

export const EVENT_TYPES: readonly EventType[] = numbered();

function numbered(): EventType[] {
	const taken = new Set(Object.values(KNOWN));
	let next = 2;
	return KEYS.map((key) => {
		const known = KNOWN[key];
		if (known !== undefined) return { key, type: known };
		while (taken.has(next)) next += 1;
		taken.add(next);
		return { key, type: next };
	});
}

/** "custom_field_value_changed" -> "Custom field value changed": readable, and honest about being made up. */
export const eventLabel = (key: string): string => key.charAt(0).toUpperCase() + key.slice(1).replace(/_/g, ' ');

export const NOTE_EVENT: Readonly<Record<string, string>> = {
	common: 'common_note_added',
	call_in: 'incoming_call',
	call_out: 'outgoing_call',
	sms_in: 'incoming_sms',
	sms_out: 'outgoing_sms',
	attachment: 'attachment_note_added',
	geolocation: 'geo_note_added',
	service_message: 'service_note_added',
	extended_service_message: 'service_note_added',
	message_cashier: 'message_to_cashier_note_added',
	site_visit: 'site_visit_note_added',
	targeting_in: 'targeting_in_note_added',
	targeting_out: 'targeting_out_note_added',
};

/** Numbers of field types in events, as in the v2 world. */
const FIELD_NUMBERS: Readonly<Record<string, number>> = {
	text: 1, numeric: 2, checkbox: 3, select: 4, multiselect: 5, date: 6, url: 7, multitext: 8, textarea: 9, radiobutton: 10, streetaddress: 11,
	smart_address: 13, birthday: 14, legal_entity: 15, items: 16, category: 18, date_time: 19, price: 20, tracking_data: 21, linked_entity: 22,
	chained_list: 23, monetary: 24, file: 25, payer: 26, supplier: 27, org_legal_name: 28,
};

export const fieldTypeNumber = (type: string): number => FIELD_NUMBERS[type] ?? 0;
