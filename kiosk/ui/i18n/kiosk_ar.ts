<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="ar_SA" sourcelanguage="en_US">
<context>
    <name>AttentionScreen</name>
    <message>
        <source>Try again</source>
        <translation>أعد المحاولة</translation>
    </message>
    <message>
        <source>Out of service</source>
        <translation>خارج الخدمة</translation>
    </message>
    <message>
        <source>The kiosk is closing</source>
        <translation>يجري إغلاق الجهاز</translation>
    </message>
    <message>
        <source>Please wait a moment.</source>
        <translation>يُرجى الانتظار لحظة.</translation>
    </message>
</context>
<context>
    <name>CameraPage</name>
    <message>
        <source>The live picture is not stored; it is deleted when the check ends.</source>
        <translation>لا تُحفظ الصورة الملتقطة، وتُحذف عند انتهاء التحقق.</translation>
    </message>
</context>
<context>
    <name>DetailsPage</name>
    <message>
        <source>Row {row}</source>
        <translation>القيد {row}</translation>
    </message>
    <message>
        <source>Decided {day}, {time}</source>
        <translation>صدرت النتيجة في {day}، الساعة {time}</translation>
    </message>
    <message>
        <source>Face likeness {score} (at most 1)</source>
        <translation>درجة تشابه الوجه {score} (الحد الأعلى ⁦1⁩)</translation>
    </message>
</context>
<context>
    <name>FaceScreen</name>
    <message>
        <source>Ends in {span}</source>
        <translation>تنتهي المهلة بعد {span}</translation>
    </message>
    <message>
        <source>Look at the camera</source>
        <translation>انظر إلى الكاميرا</translation>
    </message>
</context>
<context>
    <name>FileIntake</name>
    <message>
        <source>Choose a picture or PDF with the code</source>
        <translation>اختر صورة أو مستند PDF فيه الرمز</translation>
    </message>
    <message>
        <source>Pictures and PDF</source>
        <translation>الصور ومستندات PDF</translation>
    </message>
    <message>
        <source>Folder:</source>
        <translation>المجلد:</translation>
    </message>
    <message>
        <source>File:</source>
        <translation>الملف:</translation>
    </message>
    <message>
        <source>Kind:</source>
        <translation>النوع:</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>فتح</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>إلغاء</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Mudaqqiq</source>
        <translation>مدقّق هوية مقيم</translation>
    </message>
</context>
<context>
    <name>Photos</name>
    <message>
        <source>Photo in the ID</source>
        <translation>صورة الهوية</translation>
    </message>
    <message>
        <source>Live picture</source>
        <translation>الصورة الملتقطة</translation>
    </message>
    <message>
        <source>No live picture taken</source>
        <translation>لم تُلتقط صورة</translation>
    </message>
</context>
<context>
    <name>ResultScreen</name>
    <message>
        <source>The holder&apos;s data have been cleared from the screen.</source>
        <translation>مُسحت بيانات صاحب الهوية من الشاشة.</translation>
    </message>
    <message>
        <source>No personal data are shown, because nothing on this code is proven.</source>
        <translation>لا تُعرض بيانات شخصية؛ لأن محتوى هذا الرمز لم يثبت.</translation>
    </message>
    <message>
        <source>No personal data are shown for this result.</source>
        <translation>لا تُعرض بيانات شخصية مع هذه النتيجة.</translation>
    </message>
    <message>
        <source>row {row}</source>
        <translation>القيد {row}</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>التالي</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>رجوع</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>التفاصيل</translation>
    </message>
    <message>
        <source>Held on the screen; press Next when you are done.</source>
        <translation>النتيجة مثبَّتة على الشاشة؛ اضغط «التالي» عند الانتهاء.</translation>
    </message>
    <message>
        <source>Next visitor in {span}</source>
        <translation>الانتقال إلى التالي بعد {span}</translation>
    </message>
    <message>
        <source>Data are cleared in {span}</source>
        <translation>تُمسح البيانات بعد {span}</translation>
    </message>
    <message>
        <source>touch to keep</source>
        <translation>المس الشاشة لتثبيت النتيجة</translation>
    </message>
</context>
<context>
    <name>ScanScreen</name>
    <message>
        <source>Show the code of your digital ID</source>
        <translation>اعرض رمز هويتك الرقمية</translation>
    </message>
    <message>
        <source>Open a file</source>
        <translation>فتح ملف</translation>
    </message>
</context>
<context>
    <name>StatusBar</name>
    <message>
        <source>Mudaqqiq</source>
        <translation>مدقّق هوية مقيم</translation>
    </message>
    <message>
        <source>Station {station}</source>
        <translation>الموقع {station}</translation>
    </message>
    <message>
        <source>Simulated camera</source>
        <translation>كاميرا محاكاة</translation>
    </message>
    <message>
        <source>No status list</source>
        <translation>لا توجد قائمة حالة</translation>
    </message>
    <message>
        <source>Status list: {span} old</source>
        <translation>قائمة الحالة: قبل {span}</translation>
    </message>
</context>
<context>
    <name>StepsPanel</name>
    <message>
        <source>Show the code</source>
        <translation>اعرض الرمز</translation>
    </message>
    <message>
        <source>Open the digital ID on the phone and hold its code in the frame.</source>
        <translation>افتح الهوية الرقمية في الهاتف وضع الرمز داخل الإطار.</translation>
    </message>
    <message>
        <source>Look at the camera</source>
        <translation>انظر إلى الكاميرا</translation>
    </message>
    <message>
        <source>Put the phone away and face the camera for a moment.</source>
        <translation>أبعد الهاتف وواجه الكاميرا لحظات.</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>النتيجة</translation>
    </message>
    <message>
        <source>Wait until the result appears.</source>
        <translation>انتظر حتى تظهر النتيجة.</translation>
    </message>
</context>
</TS>
