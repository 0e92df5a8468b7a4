using System.Runtime.InteropServices;

namespace Plait.Interop;

/// <summary>Numbers of the system calls that glibc 2.36 has no function for, none that says the length, or one that does more. x64 is what is tested; arm64 is by its table.</summary>
internal static class SystemCall
{
    public static readonly long Futex = IsArm64 ? 98 : 202;
    public static readonly long WaitId = IsArm64 ? 95 : 247;
    public static readonly long SendTo = IsArm64 ? 206 : 44;
    public static readonly long ReceiveFrom = IsArm64 ? 207 : 45;
    public static readonly long GetCurrentDirectory = IsArm64 ? 17 : 79;
    public static readonly long MemoryBarrier = IsArm64 ? 283 : 324;
    public static readonly long SignalThread = IsArm64 ? 131 : 234;
    public const long PidFdSendSignal = 424;
    public const long PidFdOpen = 434;
    public const long EventPollWait = 441;
    public const long FutexWaitVector = 449;

    private static bool IsArm64 => RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
}
