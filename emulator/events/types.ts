/** Event keys and their words. facts: extended 5.3 */

const WORDS: Readonly<Record<string, readonly [en: string, ru: string]>> = {
	lead_added: ['Lead added', 'Сделка создана'],
	lead_deleted: ['Lead deleted', 'Сделка удалена'],
	lead_restored: ['Lead restored', 'Сделка восстановлена'],
	lead_status_changed: ['Pipeline stage changed', 'Изменение этапа продажи'],
	lead_linked: ['Lead linked', 'Прикрепление сделки'],
	lead_unlinked: ['Lead unlinked', 'Открепление сделки'],
	contact_added: ['New contact', 'Новый контакт'],
	contact_deleted: ['Contact deleted', 'Контакт удалён'],
	contact_restored: ['Contact restored', 'Контакт восстановлен'],
	contact_linked: ['Contact linked', 'Прикрепление контакта'],
	contact_unlinked: ['Contact unlinked', 'Открепление контакта'],
	company_added: ['New company', 'Новая компания'],
	company_deleted: ['Company deleted', 'Компания удалена'],
	company_restored: ['Company restored', 'Компания восстановлена'],
	company_linked: ['Company linked', 'Прикрепление компании'],
	company_unlinked: ['Company unlinked', 'Открепление компании'],
	customer_added: ['New customer', 'Новый покупатель'],
	customer_deleted: ['Customer deleted', 'Покупатель удалён'],
	customer_status_changed: ['Customer stage changed', 'Изменение этапа покупателя'],
	customer_linked: ['Customer linked', 'Прикрепление покупателя'],
	customer_unlinked: ['Customer unlinked', 'Открепление покупателя'],
	task_added: ['New task', 'Новая задача'],
	task_deleted: ['Task deleted', 'Задача удалена'],
	task_completed: ['Task completed', 'Завершение задачи'],
	task_type_changed: ['Task type changed', 'Изменение типа задачи'],
	task_text_changed: ['Task text changed', 'Изменение текста задачи'],
	task_deadline_changed: ['Task deadline changed', 'Изменение даты исполнения задачи'],
	task_result_added: ['Task result', 'Результат по задаче'],
	incoming_call: ['Incoming call', 'Входящий звонок'],
	outgoing_call: ['Outgoing call', 'Исходящий звонок'],
	incoming_chat_message: ['Incoming message', 'Входящее сообщение'],
	outgoing_chat_message: ['Outgoing message', 'Исходящее сообщение'],
	entity_direct_message: ['Direct message', 'Сообщение внутреннего чата'],
	incoming_sms: ['Incoming SMS', 'Входящее SMS'],
	outgoing_sms: ['Outgoing SMS', 'Исходящее SMS'],
	entity_tag_added: ['Tags added', 'Теги добавлены'],
	entity_tag_deleted: ['Tags removed', 'Теги убраны'],
	entity_linked: ['Linked', 'Прикрепление'],
	entity_unlinked: ['Unlinked', 'Открепление'],
	sale_field_changed: ['Sale field changed', 'Изменён бюджет'],
	name_field_changed: ['Name changed', 'Изменение поля «Название»'],
	ltv_field_changed: ['Purchase sum changed', 'Изменение поля «Сумма покупок»'],
	custom_field_value_changed: ['Field changed', 'Изменение поля'],
	entity_responsible_changed: ['Responsible user changed', 'Ответственный изменён'],
	robot_replied: ['Answer of the robot', 'Ответ робота'],
	intent_identified: ['Topic recognized by the robot', 'Тема вопроса определена роботом'],
	nps_rate_added: ['New NPS rate', 'Новая оценка NPS'],
	link_followed: ['Link opened', 'Переход по ссылке'],
	transaction_added: ['New purchase', 'Добавлена покупка'],
	key_action_completed: ['Key action', 'Ключевое действие'],
	entity_merged: ['Merged', 'Объединение'],
	common_note_added: ['New note', 'Новое примечание'],
	common_note_deleted: ['Note deleted', 'Примечание удалено'],
	attachment_note_added: ['New file', 'Добавлен новый файл'],
	targeting_in_note_added: ['Added to targeting', 'Добавление в ретаргетинг'],
	targeting_out_note_added: ['Removed from targeting', 'Удаление из ретаргетинга'],
	geo_note_added: ['Geolocation', 'Новое примечание с геометкой'],
	service_note_added: ['System note', 'Новое системное примечание'],
	site_visit_note_added: ['Site visit', 'Заход на сайт'],
	message_to_cashier_note_added: ['Message to the cashier', 'Сообщение кассиру'],
	talk_created: ['Conversation started', 'Беседа создана'],
	talk_closed: ['Conversation closed', 'Беседа закрыта'],
};

/** Known in Kommo besides; nothing here causes them. */
const OF_KOMMO = `incoming_mail outgoing_mail conversation_answered talk_missed_event ai_result page_mention video_opened video_closed
picture_opened picture_closed zoom_conference dropbox_attachment meta_chat_subscription_added meta_chat_subscription_removed`.split(/\s+/);

const KEYS = [...Object.keys(WORDS), ...OF_KOMMO];

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

/** In Russian, or in English for every other language; a made-up one where amoCRM's words are not known. */
export function eventLabel(key: string, language: string): string {
	const [en, ru] = WORDS[key] ?? [];
	const own = language === 'ru' ? ru : en;
	return own ?? key.charAt(0).toUpperCase() + key.slice(1).replace(/_/g, ' ');
}

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
