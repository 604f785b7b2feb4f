"""The words for every reason: what happened in a title, what to do in one sentence, in both languages.

Rules kept here: one entry a `Reason`, none missing; no sentence says more than the kiosk knows (an old code
accuses nobody, a foreign code is not called forged, a past date is never called valid, a wrong clock is the
kiosk's fault and not the holder's). What takes the kiosk out of service stands in `reasons_service.py`, the
other words in `words.py`, the table for the documents in `reasons_table.py`; this module knows no Qt.
"""

from __future__ import annotations

from kiosk.model import Reason
from kiosk.ui.language import Text
from kiosk.ui.reasons_service import FAULTS

REASONS: dict[Reason, Text] = {
    Reason.NO_CODE: Text(
        "لا يوجد رمز",
        "لم يُعثر على رمز استجابة سريعة؛ اطلب عرض الرمز كاملًا وأعد المحاولة.",
        "No code found",
        "No QR code was found; ask for the whole code to be shown and try again.",
    ),
    Reason.NOT_A_CREDENTIAL: Text(
        "ليس هوية يقرؤها هذا الجهاز",
        "هذا الرمز ليس هوية رقمية يستطيع هذا الجهاز قراءتها؛ تحقّق من الشخص بالوسيلة المعتادة.",
        "Not an ID this kiosk can read",
        "This code is not a digital ID this kiosk can read; check the person by your usual means.",
    ),
    Reason.FILE_UNREADABLE: Text(
        "تعذّرت قراءة الملف",
        "الملف تالف، أو ليس صورة ولا مستند PDF؛ اطلب ملفًا سليمًا أو اطلب عرض الرمز من الهاتف.",
        "File cannot be read",
        "The file is damaged, or neither a picture nor a PDF; ask for another or for the code on the phone.",
    ),
    Reason.FILE_LOCKED: Text(
        "الملف محمي بكلمة مرور",
        "لا يفتح الجهاز ملفًا محميًا بكلمة مرور؛ اطلب نسخة غير محمية أو اطلب عرض الرمز من الهاتف.",
        "File is locked with a password",
        "The kiosk opens no locked file; ask for one without a password or for the code on the phone.",
    ),
    Reason.FILE_TOO_LARGE: Text(
        "الملف أكبر من المسموح",
        "حجم الملف أو عدد صفحاته أو وقت قراءته يتجاوز الحد؛ اطلب صورة للرمز وحده أو اطلب عرضه من الهاتف.",
        "File is too large",
        "The file is too large, too long or too slow to read; ask for a picture of the code alone.",
    ),
    Reason.SEVERAL_CODES: Text(
        "في الملف أكثر من هوية",
        "لا يختار الجهاز بين هويات مختلفة في ملف واحد؛ اطلب ملفًا أو صورة لكل هوية.",
        "Several IDs in one file",
        "The kiosk does not choose between different IDs in one file; bring each in a file of its own.",
    ),
    Reason.STATUS_UNKNOWN: Text(
        "حالة الهوية غير معروفة",
        "لا توجد في الجهاز قائمة حالة تشمل هذه الهوية؛ أحِل الأمر إلى المشرف.",
        "Status not known",
        "The kiosk has no status list for this ID; refer to the supervisor.",
    ),
    Reason.LIST_STALE: Text(
        "قائمة الحالة قديمة",
        "قائمة الحالة في الجهاز أقدم من أن يُعتمد عليها؛ تحقّق من الهوية بوسيلة أخرى وأبلغ المشرف لتحديثها.",
        "Status list too old",
        "The kiosk's status list is too old to rely on; check the ID another way and ask for an update.",
    ),
    Reason.CLOCK_DOUBTFUL: Text(
        "ساعة الجهاز غير موثوقة",
        "الخلل في ساعة هذا الجهاز لا في الهوية؛ استدعِ المشرف لضبطها.",
        "The kiosk's clock is in doubt",
        "The fault is this kiosk's clock, not the ID; call the supervisor to set it.",
    ),
    Reason.PROOF_TIME_UNSURE: Text(
        "تعذّر التأكد من وقت الرمز",
        "لم يتأكد الجهاز من وقت إنشاء الرمز؛ اطلب رمزًا جديدًا، فإن تكرر الأمر فتحقّق من الهوية بوسيلة أخرى.",
        "Time of the code is unsure",
        "The kiosk cannot tell when this code was made; ask for a new one, else check the ID another way.",
    ),
    Reason.NOT_PRESENTED: Text(
        "لم يكتمل العرض أمام الجهاز",
        "لم يُعرض أمام الجهاز رمز مباشر أو وجه واضح؛ اطلب عرض الرمز من الهاتف ثم النظر إلى الكاميرا.",
        "Not shown to the kiosk",
        "No live code, or no clear face, was shown here; ask for the code on the phone, then for the face.",
    ),
    Reason.LIVE_PROOF_REQUIRED: Text(
        "المطلوب هوية من الهاتف",
        "هذه نسخة مطبوعة، والمطلوب هنا الهوية الرقمية من الهاتف؛ اطلبها أو تحقّق من النسخة بوسيلة أخرى.",
        "A phone is required here",
        "This is a print, and a phone is required here; ask for the digital ID or check another way.",
    ),
    Reason.PHOTO_MISSING: Text(
        "لا صورة في الهوية",
        "لا تحمل هذه الهوية صورة للمقارنة؛ قارن الشخص بوثيقة أخرى مصوّرة.",
        "No photo in the ID",
        "This ID carries no photo to compare; use another document with a photo.",
    ),
    Reason.PHOTO_UNUSABLE: Text(
        "صورة الهوية لا تصلح للمقارنة",
        "لا يستطيع الجهاز المقارنة بصورة هذه الهوية؛ قارن الشخص بوثيقة أخرى مصوّرة.",
        "Photo cannot be used",
        "The photo in the ID cannot be compared; use another document with a photo.",
    ),
    Reason.FACE_TIMEOUT: Text(
        "تعذّر التقاط الوجه",
        "انتهت المهلة قبل التقاط صورة واضحة؛ قارن الشخص بصورة الهوية بنفسك، وعلى انفراد إن كان الوجه مغطى.",
        "Face not captured",
        "No clear picture was taken in time; compare the person with the photo, in private if covered.",
    ),
    Reason.FACE_UNCERTAIN: Text(
        "مطابقة الوجه غير مؤكدة",
        "لا يستطيع الجهاز الجزم؛ قارن الصورتين والشخص بنفسك.",
        "Face match is not certain",
        "The kiosk cannot be sure; compare both pictures and the person yourself.",
    ),
    Reason.FACE_COVERED: Text(
        "الوجه مغطى",
        "الأنف أو الفم مغطى؛ أجرِ المقارنة بالصورة في مكان خاص، وتتولاها موظفة عند الطلب.",
        "Face is covered",
        "Nose or mouth is covered; compare in private, by a female officer where asked.",
    ),
    Reason.MINOR: Text(
        "صاحب الهوية صغير السن",
        "لا يطابق الجهاز وجوه صغار السن؛ قارن صاحب الهوية بالصورة بنفسك وتحقّق من وليّ أمره.",
        "The holder is a minor",
        "A minor's face is not matched by machine; compare by eye and check the guardian.",
    ),
    Reason.LIVENESS_NOT_PASSED: Text(
        "لم يتأكد حضور الشخص",
        "لم يتأكد الجهاز من أن الوجه لشخص حاضر؛ انظر إلى الشخص وقارنه بالصورة بنفسك.",
        "Live person not confirmed",
        "The kiosk could not tell that the face is a live person; look and compare yourself.",
    ),
    Reason.LIVENESS_SKIPPED: Text(
        "المقارنة للموظف",
        "طُلبت المقارنة دون حركات؛ انظر إلى الشخص وقارنه بالصورة بنفسك.",
        "Left to the officer",
        "The movements were left out on request; look at the person and compare yourself.",
    ),
    Reason.PERSON_CHANGED: Text(
        "لم يبقَ الوجه نفسه أمام الكاميرا",
        "لم يرَ الجهاز وجهًا واحدًا حتى نهاية التحقق؛ أعد التحقق والشخص وحده أمام الجهاز.",
        "Not the same face to the end",
        "The kiosk did not see one face from start to end; check again with the person alone in front.",
    ),
    Reason.PICTURE_REPEATED: Text(
        "صور مكرّرة من الكاميرا",
        "وصلت الصور نفسها أكثر من مرة، وهذا لا يحدث في كاميرا سليمة؛ قارن بنفسك وأبلغ المشرف.",
        "Pictures came twice",
        "The very same pictures came again, as from no sound camera; compare yourself, tell the supervisor.",
    ),
    Reason.ISSUED_IN_FUTURE: Text(
        "تاريخ الإصدار لاحق لوقت الجهاز",
        "تاريخ إصدار الهوية لم يحِن بعد بحسب ساعة الجهاز؛ راجع الساعة مع المشرف.",
        "Issue date is in the future",
        "By the kiosk's clock this ID is not issued yet; check the clock with the supervisor.",
    ),
    Reason.VISIT_TIMEOUT: Text(
        "انتهت مهلة التحقق",
        "لم يكتمل التحقق في الوقت المحدد؛ اطلب عرض الرمز من جديد.",
        "The check took too long",
        "The check was not finished in time; ask for the code again.",
    ),
    Reason.INTERNAL: Text(
        "خلل في الجهاز",
        "حدث خلل داخلي ولم يكتمل التحقق؛ تحقّق من الهوية بوسيلة أخرى وأبلغ الدعم الفني.",
        "Fault in the kiosk",
        "An internal fault stopped the check; check the ID another way and tell technical support.",
    ),
    Reason.MALFORMED: Text(
        "بنية الهوية غير سليمة",
        "محتوى الرمز لا يطابق بنية الهوية الرقمية؛ لا تقبله، واطلب فتح الهوية من التطبيق الرسمي.",
        "Content is malformed",
        "The code does not have the form of a digital ID; do not accept it, ask for the official app.",
    ),
    Reason.SIGNATURE_INVALID: Text(
        "التوقيع غير صحيح",
        "توقيع جهة الإصدار لا يطابق محتوى الرمز؛ لا تقبله، واتبع الإجراء المعتمد.",
        "Signature is not valid",
        "The issuer's signature does not fit the content; do not accept it, follow your procedure.",
    ),
    Reason.ISSUER_UNKNOWN: Text(
        "جهة الإصدار غير معروفة",
        "لم يصدر هذا الرمز عن جهة موثوقة لدى الجهاز؛ لا تقبله وتحقّق بالوسيلة المعتادة.",
        "Issuer is not known",
        "No issuer this kiosk trusts made this code; do not accept it, check by your usual means.",
    ),
    Reason.ISSUER_MISMATCH: Text(
        "جهة الإصدار لا تطابق المفتاح",
        "اسم جهة الإصدار ليس اسم صاحب مفتاح التوقيع؛ لا تقبله، واتبع الإجراء المعتمد.",
        "Issuer does not own the key",
        "The issuer named does not own the key; do not accept it, follow your procedure.",
    ),
    Reason.ISSUER_DISTRUSTED: Text(
        "سُحبت الثقة من مفتاح الإصدار",
        "لم يعد المفتاح الذي صدرت به هذه الهوية موثوقًا؛ اطلب من صاحبها إعادة إصدارها.",
        "Issuing key no longer trusted",
        "The key behind this ID is no longer trusted; the holder must have it issued again.",
    ),
    Reason.ISSUED_BEFORE_MINIMUM: Text(
        "إصدار أقدم من المسموح",
        "صدرت هذه الهوية قبل أقدم تاريخ مقبول؛ اطلب من صاحبها تحديثها.",
        "Issued too long ago",
        "This ID was issued before the earliest date accepted; the holder must renew it.",
    ),
    Reason.NOT_YET_VALID: Text(
        "لم يبدأ سريان الهوية",
        "لم يحِن بعد تاريخ بدء سريان هذه الهوية؛ لا تقبلها قبل ذلك التاريخ.",
        "Not valid yet",
        "The ID's first day has not come; do not accept it before that day.",
    ),
    Reason.EXPIRED: Text(
        "الهوية منتهية",
        "انتهت مدة هذه الهوية؛ لا تقبلها واطلب الهوية المجدّدة.",
        "The ID has expired",
        "This ID is past its last day; do not accept it, ask for the renewed ID.",
    ),
    Reason.REVOKED: Text(
        "الهوية ملغاة",
        "ألغت جهة الإصدار هذه الهوية؛ لا تقبلها ووجّه صاحبها إلى الجوازات.",
        "The ID is revoked",
        "The issuer revoked this ID; do not accept it, send the holder to the passports office.",
    ),
    Reason.SUSPENDED: Text(
        "الهوية موقوفة مؤقتًا",
        "أوقفت جهة الإصدار هذه الهوية مؤقتًا؛ لا تقبلها ووجّه صاحبها إلى الجوازات.",
        "The ID is suspended",
        "The issuer suspended this ID; do not accept it, send the holder to the passports office.",
    ),
    Reason.SUPERSEDED: Text(
        "صدرت نسخة أحدث",
        "هذه نسخة قديمة حلّت محلها نسخة أحدث؛ اطلب من صاحب الهوية عرض النسخة الجديدة.",
        "A newer copy exists",
        "This copy was replaced; ask the holder for the newer copy.",
    ),
    Reason.STATUS_INDEX_OUT_OF_RANGE: Text(
        "لا موضع لها في قائمة الحالة",
        "موضع هذه الهوية خارج حدود قائمة الحالة؛ لا تقبلها وأبلغ المشرف.",
        "Outside the status list",
        "The ID points outside its status list; do not accept it, tell the supervisor.",
    ),
    Reason.PROOF_MISSING: Text(
        "الرمز بلا إثبات من الهاتف",
        "هذا رمز هاتف ينقصه إثبات العرض المباشر؛ اطلب فتح الهوية في التطبيق وعرض الرمز مباشرة.",
        "No live proof from the phone",
        "A phone's ID came without its live proof; ask for the code straight from the app.",
    ),
    Reason.PROOF_INVALID: Text(
        "إثبات الهاتف غير صحيح",
        "إثبات الهاتف لا يطابق هذه الهوية؛ لا تقبله واطلب الرمز من هاتف صاحب الهوية.",
        "Live proof is not valid",
        "The live proof does not fit this ID; do not accept it, ask for the code on the holder's own phone.",
    ),
    Reason.PROOF_STALE: Text(
        "الرمز قديم",
        "انقضت مدة هذا الرمز؛ اطلب من صاحب الهوية تحديثه ثم عرضه من جديد.",
        "The code is old",
        "This code is no longer fresh; ask the holder to refresh it and show it again.",
    ),
    Reason.PROOF_REPLAYED: Text(
        "سبق عرض هذا الرمز",
        "عُرض هذا الرمز نفسه من قبل ولم يتجدّد؛ اطلب رمزًا جديدًا من التطبيق.",
        "This code was shown before",
        "The very same code was shown before and did not change; ask for a new one from the app.",
    ),
    Reason.FACE_MISMATCH: Text(
        "الوجه لا يطابق الصورة",
        "لم يجد الجهاز تطابقًا بين الشخص الحاضر وصورة الهوية؛ لا تقبلها وتحقّق من شخصيته بوثيقة أخرى.",
        "Face does not match",
        "The kiosk finds another face than the ID's photo; do not accept it, ask for another document.",
    ),
    **FAULTS,
}
